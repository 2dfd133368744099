"""What a turn leaves in memory at once: the facts that rules notice, and the line itself for the rest of the show."""

import datetime as dt
import uuid
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from memory.domain.judgement import judge
from memory.domain.noticing import notice
from memory.domain.proposals import SaidLine, Voice
from memory.domain.sensitive import sensitive_in
from memory.domain.stems import STOP_WORDS, stem_line, words
from memory.models import Memory, MemoryKind, MemorySource, MemoryTier, Speaker, Utterance
from memory.services.facts import Intake, take_in
from memory.services.writing import ADD_MEMORY, find_twin, next_version
from vtcontrol.tenancy.compiled import CompiledQuery

SESSION_KEPT = dt.timedelta(hours=12)
TELLING_LEAST = 4
"""A line with fewer words that say something is not worth finding again."""

_SAID = CompiledQuery(
    lambda turn_id, stream_id, said_at: Utterance.objects.filter(
        stream_id=stream_id, said_at=said_at, turn_id=turn_id, speaker=Speaker.VIEWER.value, viewer_id__isnull=False
    ).order_by("id"),
    turn_id=UUID,
    stream_id=UUID,
    said_at=dt.datetime,
)
_LAST_PLACE = CompiledQuery(
    lambda persona_id, episode_id: (
        Memory.objects.filter(persona_id=persona_id, episode_id=episode_id)
        .order_by("-position")
        .values_list("position")[:1]
    ),
    persona_id=UUID,
    episode_id=UUID,
)


def said_line(utterance: Utterance) -> SaidLine:
    """Return an utterance as the rules read it."""
    return SaidLine(
        id=utterance.pk,
        turn_id=utterance.turn_id,
        voice=Voice(utterance.speaker),
        name=utterance.name,
        viewer_id=utterance.viewer_id,
        text=utterance.text,
        said_at=utterance.said_at,
    )


@transaction.atomic
def notice_turn(turn_id: UUID, language: str, *, stream_id: UUID, said_at: dt.datetime) -> int:
    """Remember what the viewer of a turn said about themselves; return how many memories are new.

    Idempotent. Goes by the turn's utterances: what was not heard, or whose speaker is not to be remembered, left none.

    Args:
        turn_id: The turn.
        language: BCP 47 tag of the stream.
        stream_id: Where it was said. An index finds utterances by stream and time, none by turn.
        said_at: When it was said: the moment the event came in.
    """
    utterances: list[Utterance] = _SAID.objects(turn_id=turn_id, stream_id=stream_id, said_at=said_at)
    noticed = [(utterance, said_line(utterance)) for utterance in utterances]
    judged = [
        (utterance.persona_id, judge(proposal, {line.id: line}))
        for utterance, line in noticed
        for proposal in notice(line, language)
    ]
    lines = [utterance for utterance in utterances if _is_worth_finding(utterance.text)]
    if not judged and not lines:
        return 0
    persona_id = utterances[0].persona_id
    intake = Intake(persona_id, MemorySource.RULES, next_version(persona_id))
    added = take_in(intake, [one for _persona, one in judged])
    return added + sum(_keep_line(utterance, intake.version) for utterance in lines)


def _is_worth_finding(text: str) -> bool:
    telling = [word for word in words(text) if word not in STOP_WORDS]
    return len(telling) >= TELLING_LEAST and sensitive_in(text) is None


def _keep_line(utterance: Utterance, version: int) -> bool:
    """Remember a line as it was said, for this broadcast; tell whether it is new."""
    text = f"{utterance.name}: {utterance.text}"[:1000]
    episode_id = uuid.uuid5(utterance.stream_id, str(utterance.viewer_id))
    memory = Memory(
        persona_id=utterance.persona_id,
        viewer_id=utterance.viewer_id,
        kind=MemoryKind.CHAT,
        tier=MemoryTier.SESSION,
        text=text,
        stems=stem_line(text),
        importance=0.3,
        source=MemorySource.RULES,
        evidence_turn_id=utterance.turn_id,
        episode_id=episode_id,
        content_key=Memory.key_of(text),
        valid_from=utterance.said_at,
        expires_at=timezone.now() + SESSION_KEPT,
        version=version,
    )
    if find_twin(memory) is not None:
        return False
    last = _LAST_PLACE.rows(persona_id=utterance.persona_id, episode_id=episode_id)
    memory.position = last[0][0] + 1 if last else 1
    ADD_MEMORY.add(memory)
    return True
