"""The steps of a turn in short words, as links, docks and the live loop take them: arrive, take, speak, end.

Every function runs in the studio's scope that its caller has entered. No rule of the house is in here.
"""

import datetime as dt
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from streams.domain.lines import line_frames
from streams.domain.plan import StreamConfig
from streams.domain.turns import Claim, Idle, SpokenSegment, TurnReport
from streams.models import InboxEvent, Stream, StreamState, Turn
from streams.selectors.config import load_config
from streams.selectors.state import state_frame
from streams.services import approval, leases, recovery, turns
from streams.services.intake import Accepted, accept_events
from streams.services.leases import Lease
from vtcontrol.kernel.events import EventKind, EventState, IncomingEvent
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import unscoped

WORKER, HEIR = "worker-1", "worker-2"
OPEN = {EventState.WAITING, EventState.TAKEN, EventState.HELD}


def chat(text: str = "Do you like cats?", author: str = "Bo", **fields: Any) -> IncomingEvent:
    """A chat line of its own, by `author` on Twitch."""
    usual = {
        "platform": "twitch",
        "platform_id": uuid7().hex,
        "kind": EventKind.CHAT,
        "happened_at": timezone.now(),
        "author_id": author and f"id-{author.lower()}",
        "author_name": author,
        "text": text,
    }
    return IncomingEvent(**{**usual, **fields})


def arrive(stream: Stream, *events: IncomingEvent) -> list[Accepted]:
    return accept_events(stream.pk, events)


def says(stream: Stream, text: str = "Do you like cats?", author: str = "Bo", **fields: Any) -> InboxEvent:
    """Let one chat line arrive and return its row."""
    return InboxEvent.objects.get(pk=arrive(stream, chat(text, author, **fields))[0].id)


def config_of(stream: Stream) -> StreamConfig:
    return load_config(stream.pk)


def hold(stream: Stream, owner: str = WORKER) -> Lease:
    """Take the lease; it must be free."""
    lease = leases.acquire(stream.pk, owner)
    assert lease is not None
    return lease


def let_expire(stream: Stream) -> None:
    """The holder has been silent for too long."""
    StreamState.objects.filter(stream=stream).update(lease_until=timezone.now() - dt.timedelta(seconds=1))


def inherit(stream: Stream) -> Lease:
    """Another worker takes the stream over from one that died."""
    let_expire(stream)
    lease = hold(stream, HEIR)
    recovery.recover(lease)
    return lease


def take(stream: Stream, lease: Lease) -> Claim:
    """Claim the next event; there must be one."""
    found = turns.claim(lease, config_of(stream))
    assert isinstance(found, Claim), found
    return found


def find_nothing(stream: Stream, lease: Lease) -> Idle:
    """Claim when nothing is to be answered."""
    found = turns.claim(lease, config_of(stream))
    assert isinstance(found, Idle), found
    return found


def speak(lease: Lease, claim: Claim, text: str = "Cats? Always.", *, is_first: bool = True) -> list[dict[str, Any]]:
    """Commit the segment that is about to be spoken."""
    version = turns.begin_segment(lease, claim, text=text, emotion="joy", is_first=is_first)
    line = turns.speaking_line(claim, text=text, emotion="joy", character="Mira")
    frames = line_frames(version - is_first, [line])
    return [*frames, state_frame(lease.stream_id, version)] if is_first else frames


def segment(text: str = "Cats? Always.", number: int = 0, **fields: Any) -> SpokenSegment:
    """A segment of a second that was heard to its end."""
    usual = {
        "number": number,
        "text": text,
        "emotion": "joy",
        "intensity": 0.7,
        "motion": "nod",
        "engine": "espeak",
        "audio_ms": 1000,
        "heard_ms": 1000,
        "heard_by": "page",
        "whole_ms": fields.get("audio_ms", 1000),
    }
    return SpokenSegment(**{**usual, **fields})


def report(claim: Claim, segments: Sequence[SpokenSegment] | None = None, **fields: Any) -> TurnReport:
    """A turn that was heard to its end."""
    usual = {
        "turn_id": claim.turn_id,
        "started_at": claim.started_at,
        "event": claim.event,
        "state": "heard",
        "reason": "",
        "event_state": EventState.ANSWERED,
        "event_reason": "",
        "segments": (segment(),) if segments is None else tuple(segments),
        "brain": "Local model",
        "voice": "espeak",
        "timings": {"claimed": 3.0, "first_token": 150.0, "first_audio": 260.0},
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "characters": {"espeak": 13},
        "cost_micros": 1500,
        "prompt_record": {"messages": [{"role": "user", "content": "hi"}]},
        "note_ids": claim.note_ids,
    }
    return TurnReport(**{**usual, **fields})


def end(stream: Stream, lease: Lease, claim: Claim, **fields: Any) -> Turn:
    """Write down that the turn was heard (or what `fields` say) and return its row."""
    turns.finish(lease, config_of(stream), report(claim, **fields))
    return Turn.objects.get(pk=claim.turn_id)


def answer(stream: Stream, lease: Lease, **fields: Any) -> Turn:
    """Take the next event, speak and end it."""
    claim = take(stream, lease)
    speak(lease, claim)
    return end(stream, lease, claim, **fields)


def swept() -> int:
    """Give up what nobody decided on in time, as the sweeper does; return how many lines."""
    with unscoped("as the sweeper"):
        return approval.expire_due()


def state_of(stream: Stream) -> StreamState:
    return StreamState.objects.get(stream=stream)


def prompt_text(claim: Claim) -> str:
    """Everything the brain is told."""
    return "\n".join(message.content for message in claim.prompt.messages)


def prompt_record(turn: Turn) -> dict[str, Any]:
    """What "Why did it say that?" was written from."""
    read: dict[str, Any] = json.loads(zlib.decompress(turn.prompt))
    return read


def renewed(lease: Lease, **fields: Any) -> Lease:
    return replace(lease, **fields)
