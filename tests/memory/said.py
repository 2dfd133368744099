"""Words that were said, for tests of what becomes of them."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone

from memory.domain.proposals import Proposal, SaidLine, Voice
from memory.domain.ranking import MemoryKind
from memory.models import Speaker, Utterance
from personas.models import Persona
from tests.factories.rows import create
from vtcontrol.kernel.ids import uuid7

NOW = dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC)
BO = UUID(int=0xB0)
ANN = UUID(int=0xA0)


def line(text: str, name: str = "Bo", viewer_id: UUID | None = BO, **fields: Any) -> SaidLine:
    """A line by Bo, unless said otherwise."""
    usual: dict[str, Any] = {"id": uuid7(), "turn_id": uuid7(), "voice": Voice.VIEWER, "said_at": NOW}
    return SaidLine(**{**usual, "name": name, "viewer_id": viewer_id, "text": text, **fields})


def proposal(text: str, *cited: SaidLine, **fields: Any) -> Proposal:
    usual: dict[str, Any] = {"kind": MemoryKind.USER, "confidence": 0.8}
    return Proposal(text=text, cites=tuple(one.id for one in cited), **{**usual, **fields})


def say(
    persona: Persona, stream_id: UUID, text: str, *, name: str = "Bo", viewer_id: UUID | None = BO, **fields: Any
) -> Utterance:
    """Let something be heard on a stream."""
    now = timezone.now()
    usual = {"speaker": Speaker.VIEWER, "said_at": now, "expires_at": now + dt.timedelta(days=30), "turn_id": uuid7()}
    return create(
        Utterance,
        persona=persona,
        stream_id=stream_id,
        text=text,
        name=name,
        viewer_id=viewer_id,
        **{**usual, **fields},
    )
