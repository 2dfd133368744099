"""One turn on air: runs the pipeline, commits before it speaks, sends to the stage, waits until it was heard."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from time import time
from typing import Any, Protocol
from uuid import UUID

from personas.domain.prompt import Prompt
from streams.domain.plan import StreamConfig
from streams.domain.rules import Action
from streams.domain.turns import Claim, EngineFault, Firing, SpokenSegment, TurnReport, rule_key
from vtcontrol.kernel.chat import ChatRequest, Output
from vtcontrol.kernel.events import EventState
from workers.runner.drafting import Draft, Recited, is_read_first, think
from workers.runner.engines import Chains
from workers.runner.stage import Speaker, Stage
from workers.turn.events import (
    AnswerCheck,
    ClauseGate,
    ModerationHit,
    Ruling,
    SegmentDone,
    SegmentReady,
    TurnDone,
    TurnEvent,
    TurnOutcome,
    TurnPlan,
    TurnStats,
    TurnTally,
)
from workers.turn.pipeline import perform
from workers.turn.vocabulary import EmotionStyle, Vocabulary
from workers.turn.voiced_segment import SegmentAudio, SegmentVisemes

HEARD_GRACE_S = 1.5
READING_S = 1.2
PAGE_LEAD_S = 0.06
GUESS_MS_PER_CHARACTER = 65


class Commit(Protocol):
    """Commits that a segment is about to be spoken."""

    async def __call__(self, *, text: str, emotion: str, is_first: bool) -> None:
        """Commit; raises `LeaseLost` or `Interrupted` when it must not be spoken."""
        ...


@dataclass(slots=True)
class _Progress:
    """A segment on its way to the ears."""

    ready: SegmentReady
    audio_ms: float = 0.0
    engine: str = ""
    sent_at: float | None = None
    heard_ms: int | None = None
    is_sent: bool = False


@dataclass(slots=True)
class Hearing:
    """What the primary page has told of the turn so far."""

    segments: dict[int, _Progress] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, seg: int, heard_ms: int) -> None:
        """Take a page's word for a segment; no more than was sent."""
        progress = self.segments.get(seg)
        if progress is not None and progress.heard_ms is None:
            progress.heard_ms = max(0, min(heard_ms, round(progress.audio_ms) + 250))
            self.changed.set()

    @property
    def is_complete(self) -> bool:
        """Whether the page told of every segment."""
        return all(progress.heard_ms is not None for progress in self.segments.values())

    def deadline(self) -> float:
        """Return when (loop time) everything sent must have sounded, page or no page."""
        end = 0.0
        for progress in self.segments.values():
            begin = max(end, progress.sent_at or 0.0)
            end = begin + (progress.audio_ms / 1000 if progress.audio_ms else READING_S)
        return end + PAGE_LEAD_S + HEARD_GRACE_S


def vocabulary(config: StreamConfig) -> Vocabulary:
    """Return the tags a reply may use, with the voice style of each emotion."""
    aliases = {alias: emotion.name for emotion in config.emotions for alias in emotion.aliases}
    emotions = {one.name: EmotionStyle(one.rate, one.pitch, one.volume) for one in config.emotions}
    return Vocabulary(emotions=emotions, motions=frozenset(config.motions), aliases=aliases)


def plan_of(claim: Claim, config: StreamConfig) -> TurnPlan:
    """Return the pipeline's plan of a claimed turn."""
    return plan_for(claim.turn_id, claim.prompt, config)


def plan_for(turn_id: UUID, prompt: Prompt, config: StreamConfig, *, seed: int | None = None) -> TurnPlan:
    """Return the pipeline's plan of a prompt; a seed is for engines that sample reproducibly."""
    request = ChatRequest(
        messages=prompt.messages,
        max_tokens=prompt.sampling.max_tokens,
        temperature=prompt.sampling.temperature,
        top_p=prompt.sampling.top_p,
        stop=prompt.sampling.stop,
        frequency_penalty=prompt.sampling.frequency_penalty,
        presence_penalty=prompt.sampling.presence_penalty,
        seed=seed,
        brief=prompt.brief,
    )
    resting = config.emotions[0].name if config.emotions else "neutral"
    return TurnPlan(turn_id, request, vocabulary(config), config.language, resting, output=prompt.output)


class Performance:
    """One turn, from its claim to its report."""

    def __init__(self, claim: Claim, config: StreamConfig, chains: Chains, stage: Stage, fence: int) -> None:
        self._claim = claim
        self._config = config
        self._chains = chains
        self._stage = stage
        self._fence = fence
        self._speaker = Speaker(config.figure, config.off_stage_name)
        self._faces = {emotion.name: emotion.face for emotion in config.emotions}
        self._tally = TurnTally()
        self._draft: Draft | None = None
        self._accepted_at = claim.approved.decided_at if claim.approved else claim.event.received_at
        self._texts: list[str] = []
        self._extra_marks: dict[str, float] = {}
        self._begun = time()
        self._is_over = False
        self.hearing = Hearing()

    @property
    def turn_id(self) -> UUID:
        """The turn's id."""
        return self._claim.turn_id

    @property
    def epoch(self) -> int:
        """The control epoch it began in."""
        return self._claim.epoch

    async def run(self, commit: Commit, gate: ClauseGate, check: AnswerCheck | None = None) -> TurnReport:
        """Perform the turn to its end and report it.

        Raises:
            Interrupted: The commit of a segment found the epoch moved on.
            LeaseLost: The commit found another owner.
        """
        plan, brains, voices = plan_of(self._claim, self._config), self._chains.brains, self._chains.voices
        if is_read_first(self._config, self._claim):
            approval, tally = self._config.approval, self._tally
            draft = await think(plan, brains, gate, approval, epoch=self.epoch, tally=tally, check=check)
            if draft.held is not None or not draft.text:
                return self._unsaid(draft)
            self._draft, self._tally, brains = draft, TurnTally(), (Recited(draft.text, draft.stats.brain),)
            check = None  # it was asked about every word
            plan = replace(plan, output=Output.TAGS)  # what was thought is written down with tags
        events = perform(plan, brains, voices, gate=gate, check=check, tally=self._tally)
        stats: TurnStats | None = None
        async with aclosing(events) as running:
            async for event in running:
                if isinstance(event, TurnDone):
                    stats = event.stats
                else:
                    await self._show(event, commit)
        await self._until_heard()
        stats = self._with_draft(stats or self._tally.stats())
        state, reason = _ending(stats)
        self._stage.turn_end(self.turn_id, self._fence, state)
        return self._report(state, reason, stats)

    def _unsaid(self, draft: Draft) -> TurnReport:
        """Report an answer that waits for a person, or that has no words."""
        if draft.held is None:
            state, reason = _ending(draft.stats)
            return self._report(state, reason, draft.stats)
        report = self._report("held", "", draft.stats)
        return replace(report, held=draft.held, emotion=draft.emotion)

    def _with_draft(self, stats: TurnStats) -> TurnStats:
        return self._draft.joined(stats) if self._draft is not None else stats

    async def cut(self, reason: str) -> TurnReport:
        """Report a turn that was ended from outside; waits briefly for the page to say how far it got."""
        if self.hearing.segments and not self.hearing.is_complete:
            self.hearing.changed.clear()
            try:
                async with asyncio.timeout(0.25):
                    await self.hearing.changed.wait()
            except TimeoutError:
                pass
        was_spoken = bool(self.hearing.segments)
        stats = self._with_draft(self._tally.stats())
        return self._report("cut", reason, stats, was_interrupted=True, was_spoken=was_spoken)

    async def _show(self, event: TurnEvent, commit: Commit) -> None:
        turn, fence = self.turn_id, self._fence
        if isinstance(event, SegmentAudio):
            progress = self.hearing.segments[event.seg]
            if progress.sent_at is None:
                progress.sent_at = asyncio.get_running_loop().time()
            progress.audio_ms += len(event.pcm) / 2 / event.sample_rate * 1000
            self._stage.audio(turn, fence, event)
            self._mark("first_audio")
        elif isinstance(event, SegmentVisemes):
            self._stage.say_visemes(turn, fence, event.seg, event.cues)
        elif isinstance(event, SegmentReady):
            self._texts.append(event.text)
            is_first = not self.hearing.segments
            await commit(text=" ".join(filter(None, self._texts)), emotion=event.emotion, is_first=is_first)
            self._mark("committed")
            self.hearing.segments[event.seg] = _Progress(event)
            face = self._faces.get(event.emotion, event.emotion)
            self._stage.say_start(turn, fence, event, face=face, speaker=self._speaker)
        elif isinstance(event, SegmentDone):
            progress = self.hearing.segments[event.seg]
            progress.engine, progress.is_sent = event.engine, True
            if progress.sent_at is None:
                progress.sent_at = asyncio.get_running_loop().time()
            self._stage.say_end(turn, fence, event.seg, event.audio_ms)

    async def _until_heard(self) -> None:
        """Wait until the primary page heard everything, or the time for it has passed."""
        try:
            async with asyncio.timeout_at(self.hearing.deadline()):
                while not self.hearing.is_complete:
                    self.hearing.changed.clear()
                    await self.hearing.changed.wait()
        except TimeoutError:
            pass
        self._is_over = True
        self._mark("heard")

    def _mark(self, stage: str) -> None:
        self._extra_marks.setdefault(stage, self._since_accepted())

    def _since_accepted(self) -> float:
        return round((time() - self._accepted_at.timestamp()) * 1000, 1)

    def _report(
        self, state: str, reason: str, stats: TurnStats, *, was_interrupted: bool = False, was_spoken: bool = True
    ) -> TurnReport:
        event_state, event_reason = _event_ending(state, reason, was_spoken=was_spoken)
        usage = stats.usage
        is_metered = stats.deltas > 0 and self._chains.is_metered(stats.brain)
        return TurnReport(
            turn_id=self.turn_id,
            started_at=self._claim.started_at,
            event=self._claim.event,
            state=state,
            reason=reason,
            event_state=event_state,
            event_reason=event_reason,
            segments=tuple(self._spoken(progress) for progress in self.hearing.segments.values()),
            brain=f"{stats.brain}: {usage.model}" if usage.model not in {"", stats.brain} else stats.brain,
            voice=", ".join(stats.characters),
            timings=self._timings(stats),
            prompt_tokens=usage.prompt_tokens or (self._claim.prompt.tokens_total if is_metered else 0),
            completion_tokens=usage.completion_tokens or (stats.deltas if is_metered else 0),
            characters=stats.characters,
            cost_micros=self._chains.cost_micros(stats),
            firings=tuple(_firing(hit.reason, _done(hit)) for hit in stats.moderation),
            prompt_record=self._record(stats),
            note_ids=() if was_interrupted and not was_spoken else self._claim.note_ids,
            approved=self._claim.approved,
            failures=_failures(stats),
        )

    def _spoken(self, progress: _Progress) -> SpokenSegment:
        ready = progress.ready
        heard_ms, heard_by = progress.heard_ms, "page"
        if heard_ms is None:
            heard_ms, heard_by = self._presumed(progress), "deadline"
        return SpokenSegment(
            number=ready.seg,
            text=ready.text,
            emotion=ready.emotion,
            intensity=ready.intensity,
            motion=ready.motion or "",
            engine=progress.engine,
            audio_ms=round(progress.audio_ms),
            heard_ms=heard_ms,
            heard_by=heard_by,
            whole_ms=self._whole_ms(progress),
        )

    def _whole_ms(self, progress: _Progress) -> int:
        """Return how long all of a segment's audio is, or would have been; 0 for one that was only shown."""
        if progress.is_sent and progress.audio_ms:
            return round(progress.audio_ms)
        if progress.is_sent and (self._is_over or progress.heard_ms is not None):
            return 0
        return max(round(progress.audio_ms), GUESS_MS_PER_CHARACTER * len(progress.ready.text))

    def _presumed(self, progress: _Progress) -> int:
        """Return what must have sounded by now, going by the clock."""
        if self._is_over:
            return round(progress.audio_ms)
        now, end = asyncio.get_running_loop().time(), 0.0
        for one in self.hearing.segments.values():
            begin = max(end, one.sent_at or now)
            end = begin + one.audio_ms / 1000
            if one is progress:
                return round(max(0.0, min(one.audio_ms, (now - begin - PAGE_LEAD_S) * 1000)))
        return 0

    def _timings(self, stats: TurnStats) -> dict[str, float]:
        """Return stage → milliseconds since the event was accepted."""
        base = round((self._begun - self._accepted_at.timestamp()) * 1000, 1)
        marks = stats.marks
        names = ("request_sent", "first_token", "first_clause", "tts_first_byte", "checked", "llm_done", "audio_done")
        reached = {name: round(base + at, 1) for name in names if (at := getattr(marks, name)) is not None}
        return {"claimed": base} | reached | self._extra_marks

    def _record(self, stats: TurnStats) -> dict[str, Any]:
        prompt = self._claim.prompt
        return {
            "messages": [{"role": one.role.value, "content": one.content} for one in prompt.messages],
            "sections": [
                {"name": one.name.value, "priority": one.priority, "tokens": one.tokens, "kept": one.kept}
                for one in prompt.sections
            ],
            "counted_by": prompt.counted_by,
            "memories": list(self._claim.memories),
            "lore": list(self._claim.lore),
            "rules": [{"clause": hit.clause, "action": _done(hit), "reason": hit.reason} for hit in stats.moderation],
            "sampling": {
                "temperature": prompt.sampling.temperature,
                "top_p": prompt.sampling.top_p,
                "max_tokens": prompt.sampling.max_tokens,
                "stop": list(prompt.sampling.stop),
                "frequency_penalty": prompt.sampling.frequency_penalty,
                "presence_penalty": prompt.sampling.presence_penalty,
            },
            "output": prompt.output.value,
            "failures": [str(one) for one in _failures(stats)],
            "unknown_tags": stats.unknown_tags,
        }


def _failures(stats: TurnStats) -> tuple[EngineFault, ...]:
    return tuple(EngineFault(one.part.value, one.provider, one.fault.value) for one in stats.failures)


def _done(hit: ModerationHit) -> str:
    """Return what was done about a clause, as verdicts call it; one that was let through was only noted."""
    return Action.WARN.value if hit.ruling is Ruling.ALLOW else hit.ruling.value


def _firing(reason: str, action: str) -> Firing:
    """Return the record of a moderation hit; the gate's reason is "rule id:rule name"."""
    rule_id, _, name = reason.partition(":")
    return Firing(rule_key(rule_id), name[:80] or rule_id[:80], action)


def _ending(stats: TurnStats) -> tuple[str, str]:
    """Return (turn state, reason) of a turn that ended by itself."""
    if stats.outcome is TurnOutcome.SPOKEN:
        return "heard", f"broke_off_{stats.fault}" if stats.fault else ""
    if stats.outcome is TurnOutcome.FAILED:
        return "failed", f"{stats.fault}" if stats.fault else "no_audio"
    if stats.outcome is TurnOutcome.REFUSED:
        return "blocked", "moderated"
    return stats.outcome.value, ""


def _event_ending(state: str, reason: str, *, was_spoken: bool) -> tuple[str, str]:
    """Return (event state, reason) that belongs to a turn's ending."""
    if state == "held":
        return EventState.HELD, ""
    if state == "failed":
        return EventState.FAILED, reason
    if state == "cut":
        return (EventState.ANSWERED, "cut_short") if was_spoken else (EventState.CANCELLED, reason)
    if state == "blocked":
        return EventState.PASSED_OVER, reason or "answer_blocked"
    if state == "empty":
        return EventState.PASSED_OVER, "nothing_to_say"
    return EventState.ANSWERED, ""
