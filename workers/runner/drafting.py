"""Thinking an answer to its end before a word of it is voiced, where a person may have to be asked about it.

The same pipeline runs twice: once without voices, for the words and what the rules say of them, then, if nobody has to
be asked, over those words with voices. It must not send, store or decide anything.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from streams.domain.approval import Approval, HeldReply, tagged, why_held
from streams.domain.moderation import RuleSet
from streams.domain.plan import StreamConfig
from streams.domain.rules import Action, RuleHit
from streams.domain.turns import Claim
from vtcontrol.kernel.chat import ChatEvent, ChatRequest, TextDelta
from vtcontrol.kernel.events import EventKind
from vtcontrol.kernel.ports import Capabilities, LanguageModel
from workers.turn.events import (
    AnswerCheck,
    ClauseGate,
    ModerationHit,
    Ruling,
    SegmentReady,
    StageMarks,
    TurnDone,
    TurnOutcome,
    TurnPlan,
    TurnStats,
    TurnTally,
    Verdict,
)
from workers.turn.pipeline import perform


def is_read_first(config: StreamConfig, claim: Claim) -> bool:
    """Tell whether an answer is thought to its end first: not the team's own words, nor what was approved."""
    is_decided = claim.approved is not None or claim.event.kind == EventKind.DIRECTOR_SAY
    return config.approval.reads_first and not is_decided


def judged_by(config: StreamConfig) -> StreamConfig:
    """Return the configuration whose rules an answer passes: a person is asked beside them, not by them."""
    return replace(config, rules=config.approval.released) if config.approval.is_on else config


class Asking:
    """A gate that also notes which rules ask for a person.

    Args:
        gate: What decides on the words.
        holding: The rules that ask.
        language: BCP 47 tag of the answer.
    """

    def __init__(self, gate: ClauseGate, holding: RuleSet, language: str) -> None:
        self._gate = gate
        self._holding = holding
        self._language = language
        self.hits: list[RuleHit] = []
        self.clauses: list[str] = []

    def __call__(self, tail: str, clause: str) -> Verdict:
        """Judge `clause`; what is not said at all needs no person."""
        verdict = self._gate(tail, clause)
        if verdict.ruling in {Ruling.ALLOW, Ruling.REPLACE}:
            hits = self._holding.check_out(clause, tail, language=self._language).hits
            self.hits += hits
            self.clauses += [clause] * len(hits)
        return verdict


class AskingCheck:
    """A check that also notes when it asks for a person, and lets through what that person will decide on.

    Args:
        check: What decides on the words.
        asking: Where it is noted; once, since the whole answer is held for it.
    """

    def __init__(self, check: AnswerCheck, asking: Asking) -> None:
        self.name = check.name
        self.deadline_s = check.deadline_s
        self._check = check
        self._asking = asking
        self._has_asked = False

    async def question(self) -> Verdict:
        """Judge what is answered."""
        verdict = await self._check.question()
        return self._noted(verdict, verdict.text)

    async def clause(self, tail: str, clause: str) -> Verdict:
        """Judge a clause."""
        return self._noted(await self._check.clause(tail, clause), clause)

    def late(self, clause: str) -> Verdict:
        """Return what is done about a clause nobody judged in time."""
        return self._noted(self._check.late(clause), clause)

    def _noted(self, verdict: Verdict, words: str) -> Verdict:
        if verdict.ruling is not Ruling.HOLD:
            return verdict
        if not self._has_asked:
            self._has_asked = True
            rule_id, _, name = verdict.reason.partition(":")
            self._asking.hits.append(RuleHit(rule_id, name, Action.HOLD, 5, "text", 0, len(words)))
            self._asking.clauses.append(words)
        return Verdict(fault=verdict.fault)


class Recited:
    """A `LanguageModel` that says what was thought before."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.capabilities = Capabilities(streams=False)
        self._text = text

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the words as one piece."""
        yield TextDelta(self._text)

    async def warm(self) -> None:
        """Nothing to warm."""

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that was thought to its end.

    Attributes:
        text: The words with their tags; "" when there is nothing to say.
        emotion: The feeling it begins with.
        held: Why it waits for a person, or None when it may be said.
        stats: What thinking took.
    """

    text: str
    emotion: str
    held: HeldReply | None
    stats: TurnStats

    def joined(self, spoken: TurnStats) -> TurnStats:
        """Return the figures of thinking and speaking together."""
        thought, later = self.stats.marks, (spoken.began_s - self.stats.began_s) * 1000
        marks = replace(
            thought,
            tts_first_byte=_after(spoken.marks.tts_first_byte, later),
            first_audio=_after(spoken.marks.first_audio, later),
            audio_done=_after(spoken.marks.audio_done, later),
        )
        return replace(
            spoken,
            fault=spoken.fault or self.stats.fault,
            brain=self.stats.brain,
            usage=self.stats.usage,
            deltas=self.stats.deltas,
            marks=marks,
            began_s=self.stats.began_s,
            unknown_tags=self.stats.unknown_tags + spoken.unknown_tags,
            failures=self.stats.failures + spoken.failures,
            moderation=self.stats.moderation + spoken.moderation,
        )


def _after(mark_ms: float | None, later_ms: float) -> float | None:
    return None if mark_ms is None else round(mark_ms + later_ms, 3)


async def think(
    plan: TurnPlan,
    brains: Sequence[LanguageModel],
    gate: ClauseGate,
    approval: Approval,
    *,
    epoch: int,
    tally: TurnTally,
    check: AnswerCheck | None = None,
) -> Draft:
    """Think an answer to its end, silently.

    Args:
        plan: What to answer.
        brains: The chain of language models, best first.
        gate: Moderation, without the rules that ask for a person.
        approval: How the stream holds lines.
        epoch: The control epoch the turn began in.
        tally: Counts along, for whoever ends the turn early.
        check: A second opinion on what is answered and said.
    """
    asking = Asking(gate, approval.holding, plan.language)
    segments: list[SegmentReady] = []
    stats: TurnStats | None = None
    asked_beside = AskingCheck(check, asking) if check is not None else None
    async with aclosing(perform(plan, brains, (), gate=asking, check=asked_beside, tally=tally)) as events:
        async for event in events:
            if isinstance(event, SegmentReady):
                segments.append(event)
            elif isinstance(event, TurnDone):
                stats = event.stats
    stats = stats or tally.stats()
    text = tagged(((one.text, one.emotion, one.intensity, one.motion or "") for one in segments), plan.resting_emotion)
    asked = why_held(approval, asking.hits) if stats.outcome is TurnOutcome.SPOKEN else None
    held = HeldReply(text, asked, epoch) if asked is not None else None
    emotion = segments[0].emotion if segments else ""
    return Draft(text, emotion, held, _told(stats, asking) if held else _silent(stats))


def _told(stats: TurnStats, asking: Asking) -> TurnStats:
    """Return the figures with the rules that asked for a person among those that fired."""
    hits = tuple(
        ModerationHit(Ruling.HOLD, clause, clause, f"{hit.rule_id}:{hit.rule_name}")
        for hit, clause in zip(asking.hits, asking.clauses, strict=True)
    )
    return _silent(replace(stats, moderation=stats.moderation + hits))


def _silent(stats: TurnStats) -> TurnStats:
    """Return the figures without the end of a voice that was never there."""
    marks: StageMarks = replace(stats.marks, audio_done=None)
    return replace(stats, marks=marks)
