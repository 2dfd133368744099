"""The frozen context of a turn: one read of everything the prompt is made from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from memory.domain.lore import LoreHit, LoreMatch, match
from memory.selectors import HeardLine, RecalledMemory, recall, recent_lines
from personas.domain.inputs import (
    EventText,
    Expression,
    LorePiece,
    MemoryText,
    PromptInputs,
    TranscriptLine,
    Vocabulary,
)
from personas.domain.modes import SamplingOverrides, sampling
from personas.domain.prompt import Prompt, build
from personas.domain.tokens import TokenCounter
from personas.tokenizers import counter_for
from relationships.domain.secrets import mentions, secrets_of
from relationships.selectors import CardForPrompt, card_for_prompt, never_about
from streams.domain.approval import ApprovedWords
from streams.domain.plan import StreamConfig
from streams.models import DirectorNote, InboxEvent
from streams.selectors.approval import approved_words
from vtcontrol.kernel.chat import Brief, ChatMessage, Role
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.compiled import CompiledQuery

SCRIPTED_CONTEXT_TOKENS = 3000
TRANSCRIPT_LINES = 16
NOTES_MOST = 8
LORE_SHARE = 25  # percent of the prompt, as SillyTavern has it


@dataclass(frozen=True, slots=True)
class Context:
    """A turn's prompt and what it was made from.

    Attributes:
        prompt: Messages, sections and brief.
        memories: The recalled ones, for the record.
        lore: What came up of it, and what nearly did, for the record.
        note_ids: Director's notes in it.
        never: What is never to be mentioned now; for moderation alone.
        approved: The words a person let through, which are said as they stand.
    """

    prompt: Prompt
    memories: tuple[dict[str, Any], ...]
    note_ids: tuple[UUID, ...]
    never: tuple[str, ...] = ()
    approved: ApprovedWords | None = None
    lore: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was said where nothing was on air: it takes the place of the stream's own lines and director's notes.

    Attributes:
        transcript: The lines so far, oldest first.
        card: The card of somebody invented; None reads that of the event's viewer.
    """

    transcript: tuple[TranscriptLine, ...] = ()
    card: CardForPrompt | None = None


def vocabulary_of(config: StreamConfig) -> Vocabulary:
    """Return the tags the prompt offers."""
    return Vocabulary(
        emotions=tuple(Expression(emotion.name) for emotion in config.emotions),
        motions=tuple(Expression(motion) for motion in config.motions),
    )


_NOTES = CompiledQuery(
    lambda stream_id: (
        DirectorNote.objects.filter(stream_id=stream_id, turns_left__gt=0)
        .order_by("created_at")
        .values_list("id", "text")[:NOTES_MOST]
    ),
    stream_id=UUID,
)


def gather(
    config: StreamConfig,
    event: InboxEvent,
    memory_version: int,
    *,
    now: dt.datetime,
    rehearsed: Rehearsed | None = None,
) -> Context:
    """Read a turn's context and make its prompt. Four queries.

    Args:
        config: The stream's configuration.
        event: What is answered.
        memory_version: The persona's memory version as just read.
        now: The time of the turn.
        rehearsed: What was said so far in a rehearsal; None on air.
    """
    if event.kind == EventKind.DIRECTOR_SAY:
        return _verbatim(config, event, event.text)
    counter = counter_for(config.model)
    card = _card(config, event, now, rehearsed, counter)
    never = (*card.never, *never_about(event.text))
    secrets = secrets_of(never)
    viewer_id = event.viewer_id if card.is_remembered else None
    memories = recall(config.persona_id, memory_version, event.text, viewer_id, now=now)
    memories = tuple(one for one in memories if not mentions(one.text, secrets))
    notes = _NOTES.rows(stream_id=config.stream_id) if rehearsed is None else []
    budget = config.brains[0].context_tokens if config.brains else SCRIPTED_CONTEXT_TOKENS
    transcript = _transcript(config, now) if rehearsed is None else rehearsed.transcript[-TRANSCRIPT_LINES:]
    answered = _event_text(event, transcript)
    if event.kind == EventKind.CUE and answered.text:
        transcript = transcript[:-1]
    lore = match(
        config.lore, lines_for_lore(answered.name, answered.text, transcript),
        seed=str(event.pk), budget_tokens=budget * LORE_SHARE // 100, counter=counter,
    )  # fmt: skip
    inputs = PromptInputs(
        persona=config.persona,
        event=answered,
        modes=config.modes,
        vocabulary=vocabulary_of(config),
        reaction=config.reactions.get(event.kind, ""),
        viewer_card=card.text,
        viewer_facts=card.facts,
        memories=tuple(MemoryText(one.id, one.text, one.score) for one in memories),
        lore=tuple(map(lore_piece, lore.used)),
        notes=tuple(text for _, text in notes),
        transcript=transcript,
        company=config.company,
        overrides=config.sampling,
        output=config.output,
        budget_tokens=budget,
    )
    return Context(
        build(inputs, counter),
        tuple(_record(one) for one in memories),
        tuple(note_id for note_id, _ in notes),
        never,
        lore=_lore_record(lore),
    )


def _card(
    config: StreamConfig, event: InboxEvent, now: dt.datetime, rehearsed: Rehearsed | None, counter: TokenCounter
) -> CardForPrompt:
    """Return the card of whom an event is from; in a rehearsal that of somebody invented."""
    if rehearsed is not None and rehearsed.card is not None:
        return rehearsed.card
    return card_for_prompt(
        event.viewer_id,
        config.persona_id,
        config.language,
        now=now,
        is_on=config.uses_relationships,
        counter=counter,
        allowed_name=partial(config.rules.allowed_name, language=config.language),
    )


def gather_approved(config: StreamConfig, event: InboxEvent, *, now: dt.datetime) -> Context | None:
    """Return the context of an answer that was approved: nothing is asked again, but what is never said still is not.

    None when there is no such answer any more.
    """
    approved = approved_words(event.pk)
    if approved is None:
        return None
    is_on = config.uses_relationships
    card = card_for_prompt(event.viewer_id, config.persona_id, config.language, now=now, is_on=is_on)
    never = (*card.never, *never_about(event.text))
    return replace(_verbatim(config, event, approved.text), never=never, approved=approved)


def _verbatim(config: StreamConfig, event: InboxEvent, text: str) -> Context:
    """Return the context of words that are spoken as they stand: nothing is asked, nothing recalled, no note used."""
    words = ChatMessage(Role.ASSISTANT, text)
    drawn = sampling(config.modes, SamplingOverrides())
    brief = Brief(character=config.persona.name, kind=event.kind, text=text, language=config.language)
    return Context(Prompt((words,), (), 0, 0, drawn, brief), (), ())


def _transcript(config: StreamConfig, now: dt.datetime) -> tuple[TranscriptLine, ...]:
    lines = recent_lines(config.stream_id, now=now, limit=TRANSCRIPT_LINES)
    return tuple(_transcript_line(config.persona_id, line) for line in lines)


def _transcript_line(persona_id: UUID, line: HeardLine) -> TranscriptLine:
    is_self = line.is_self and line.persona_id == persona_id
    return TranscriptLine(line.speaker, line.text, is_self, is_company=line.is_self and not is_self)


def _event_text(event: InboxEvent, transcript: tuple[TranscriptLine, ...]) -> EventText:
    """Return what is answered; a character whose turn it is answers what another one said last."""
    if event.kind == EventKind.CUE:
        last = transcript[-1] if transcript else None
        name, text = (last.speaker, last.text) if last is not None and last.is_company else ("", "")
        return EventText(EventKind.CUE, name, text)
    amount = f"{event.amount.normalize():f} {event.currency}".strip() if event.amount is not None else ""
    return EventText(EventKind(event.kind), event.author_name, event.text, amount)


def lines_for_lore(name: str, text: str, transcript: Sequence[TranscriptLine]) -> list[str]:
    """Return what lore is looked for in, the newest first; names count as words."""
    return [f"{name}: {text}", *(f"{line.speaker}: {line.text}" for line in reversed(transcript))]


def lore_piece(hit: LoreHit) -> LorePiece:
    """Return what came up as the prompt takes it."""
    one = hit.entry
    return LorePiece(one.content, one.place, one.depth, Role(one.role), one.worth)


def _lore_record(lore: LoreMatch) -> tuple[dict[str, Any], ...]:
    hits = [(hit, True) for hit in lore.used] + [(hit, False) for hit in lore.left_out]
    return tuple(
        {
            "id": hit.entry.id, "label": hit.entry.label[:80], "why": hit.cause.value, "key": hit.key,
            "used": used, "tokens": hit.tokens,
        }
        for hit, used in hits
    )  # fmt: skip


def _record(memory: RecalledMemory) -> dict[str, Any]:
    return {
        "id": str(memory.id),
        "text": memory.text,
        "score": round(memory.score, 3),
        "why": ["pinned"] if memory.explain.is_pinned else list(memory.explain.matched),
    }
