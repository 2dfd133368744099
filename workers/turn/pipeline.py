"""The pipeline: one turn from prompt to audio, as a plain async generator of typed events.

Owns the order of things within a turn: which brain is asked, what of its answer is spoken, what moderation lets
through, when voicing starts, how the turn ends. Must not know rows, sockets, queues or vendors; the caller commits and
sends.

Moderation has two voices. The gate is quick and judges a clause before it is voiced. A check takes its time, so it
judges while the brain thinks and the voice is made; what it has not let through is not handed out.

Two sides run at once. A task reads the language model and starts voicing each segment the moment it is complete; the
generator hands out segments and their audio strictly in order. Read it inside `contextlib.aclosing`: closing it, or
cancelling whoever waits for its next event, cancels the model's stream and every speech request before it returns.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from vtcontrol.kernel.chat import ChatUsage, Output
from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import LanguageModel
from workers.turn.events import (
    AnswerCheck,
    ClauseGate,
    ModerationHit,
    Ruling,
    SegmentDone,
    SegmentReady,
    TurnDone,
    TurnEvent,
    TurnPlan,
    TurnTally,
    Verdict,
    allow_everything,
)
from workers.turn.json_answer import JsonParser
from workers.turn.opinions import Opinions, broken
from workers.turn.segmenter import Draft, Segmenter
from workers.turn.speakable import subtitle_text, voice_text
from workers.turn.tags import TagParser
from workers.turn.voiced_segment import SegmentAudio, VoicedSegment
from workers.turn.voicing import Failure, Part, Voice, Voicing
from workers.turn.watchdog import Watchdog

logger = logging.getLogger(__name__)

Parser = TagParser | JsonParser

CLOSING_S = 2.0  # longest wait for cancelled requests to wind up


async def perform(
    plan: TurnPlan,
    brains: Sequence[LanguageModel],
    voices: Sequence[Voice],
    *,
    gate: ClauseGate = allow_everything,
    check: AnswerCheck | None = None,
    clock: Clock | None = None,
    tally: TurnTally | None = None,
) -> AsyncGenerator[TurnEvent, None]:
    """Perform one turn.

    For every segment come `SegmentReady`, then its `SegmentVisemes` and `SegmentAudio`, then `SegmentDone`; segments do
    not mix. The last event is `TurnDone`. Failures of providers are never raised: they stand in the figures.

    Args:
        plan: What to say.
        brains: The chain of language models, best first.
        voices: The chain of speech engines, best first; empty for subtitles only.
        gate: Moderation.
        check: A second opinion, asked beside the work.
        clock: Time for the marks.
        tally: Counts along, for whoever closes the turn early.
    """
    tally = tally or TurnTally()
    tally.begin(clock or SystemClock())
    turn = _Turn(plan, voices, gate, check, tally)
    thinking = asyncio.create_task(turn.think(brains))
    try:
        if await turn.may_answer():
            while (staged := await turn.next()) is not None:
                yield staged.ready
                while (event := await staged.voiced.next()) is not None:
                    if type(event) is SegmentAudio:
                        tally.handed_out(event)
                    yield event
                yield _done(staged)
        if turn.is_stopped:
            await _cancel((thinking, *turn.tasks))
        else:
            await thinking
        tally.mark("audio_done")
        yield TurnDone(tally.stats())
    finally:
        await _cancel((thinking, *turn.tasks))


def _parser(plan: TurnPlan) -> Parser:
    return JsonParser(plan.vocabulary) if plan.output is Output.JSON else TagParser(plan.vocabulary)


@dataclass(frozen=True, slots=True)
class _Staged:
    """A segment on its way from the thinking side to the reading side.

    Attributes:
        ready: What is said.
        voiced: Its audio.
        at: When it was staged, in loop time.
        tail: What the check was told stands before it.
        opinion: What the check says of it, or None when it is not asked.
    """

    ready: SegmentReady
    voiced: VoicedSegment
    at: float
    tail: str = ""
    opinion: asyncio.Task[Verdict] | None = None


def _done(staged: _Staged) -> SegmentDone:
    voiced = staged.voiced
    return SegmentDone(staged.ready.seg, voiced.audio_ms, voiced.engine, voiced.is_complete, voiced.characters)


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel what still runs, and wait for it; an error nobody waits for any more counts as seen."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
        task.add_done_callback(_see)
    if running:
        await asyncio.wait(running, timeout=CLOSING_S)


def _see(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


class _Turn:
    """A turn: its thinking side reads brains and stages segments, its reading side lets out what passed the check."""

    def __init__(
        self, plan: TurnPlan, voices: Sequence[Voice], gate: ClauseGate, check: AnswerCheck | None, tally: TurnTally
    ) -> None:
        self._plan = plan
        self._gate = gate
        self._opinions = Opinions(check, plan.limits.opinions) if check is not None else None
        self._tally = tally
        self._voices = voices
        self._said: dict[int, str] = {}  # by segment; what is staged counts as said until something is found in it
        self._found: set[int] = set()  # segments the check found something in
        self._characters = 0
        self._raw = 0
        self._is_over = False
        self._missed: set[Fault] = set()
        self.is_stopped = False
        self.staged: asyncio.Queue[_Staged | None] = asyncio.Queue()
        self.voicing = Voicing(voices, plan.limits.voicing, tally)

    @property
    def tasks(self) -> list[asyncio.Task[Any]]:
        """What runs for the reading side."""
        return [*self.voicing.tasks, *(self._opinions.tasks if self._opinions is not None else ())]

    async def may_answer(self) -> bool:
        """Wait for the check's word on what is answered, while the brain thinks."""
        if self._opinions is None:
            return True
        verdict = await self._opinions.question()
        self._note_missing(self._opinions.check, verdict)
        if verdict.reason:
            self._tally.moderation.append(ModerationHit(verdict.ruling, verdict.text, "", verdict.reason))
        self._tally.is_refused = self.is_stopped = verdict.ruling is not Ruling.ALLOW
        return not self.is_stopped

    async def next(self) -> _Staged | None:
        """Return the next segment that is said; None at the end."""
        while not self.is_stopped and (staged := await self.staged.get()) is not None:
            if staged.opinion is None or self._opinions is None:
                return staged
            if (passed := await self._checked(staged, staged.opinion, self._opinions)) is not None:
                return passed
        return None

    async def _checked(self, staged: _Staged, opinion: asyncio.Task[Verdict], opinions: Opinions) -> _Staged | None:
        """Wait for the check's word on a segment; return what of it is said."""
        # The first clause is due when it is there: only the check's word on the question can have come between.
        due_at = asyncio.get_running_loop().time() if staged.ready.seg else staged.at
        verdict = await opinions.in_time(opinion, staged.ready.text, due_at)
        tail = self._clean_tail(staged.ready)
        if verdict.reason and verdict.fault is None and tail != staged.tail:
            # It was sent together with what something was found in since.
            verdict = await opinions.again(tail, staged.ready.text)
        self._note_missing(opinions.check, verdict, staged.ready.seg)
        self._tally.mark("checked")
        text = self._ruled(verdict, staged.ready.text)
        self._said[staged.ready.seg] = text
        if verdict.ruling is not Ruling.ALLOW or (verdict.reason and verdict.fault is None):
            self._found.add(staged.ready.seg)
        if verdict.ruling is Ruling.ALLOW:
            return staged
        self._leave_out(staged)
        if verdict.ruling is Ruling.STOP:
            self._stop()
        if not text:
            return None
        instead = replace(staged.ready, text=text, voiced_text=voice_text(text, self._plan.language))
        return self._voiced(instead, is_due=True)

    def _leave_out(self, staged: _Staged) -> None:
        self.voicing.drop(staged.voiced)
        self._tally.taken_out(has_text=bool(staged.ready.text), is_voiced=self._is_voiced(staged.ready))

    def _stop(self) -> None:
        """End the answer here, with whatever was staged behind."""
        self.is_stopped = True
        while not self.staged.empty():
            if (staged := self.staged.get_nowait()) is not None:
                self._leave_out(staged)

    def _note_missing(self, check: AnswerCheck, verdict: Verdict, seg: int | None = None) -> None:
        """Write down, once a turn, why the check said nothing."""
        if verdict.fault is not None and verdict.fault not in self._missed:
            self._missed.add(verdict.fault)
            self._tally.failed(Failure(Part.CHECK, check.name, verdict.fault, seg))

    async def think(self, brains: Sequence[LanguageModel]) -> None:
        """Ask the brains in turn until one has answered or something was spoken."""
        until = asyncio.get_running_loop().time() + self._plan.limits.answer_s
        self._tally.broken = Fault.UNREACHABLE
        try:
            for brain in brains:
                self._tally.asked(brain.name)
                self._tally.broken = await self._ask(brain, until)
                if self._tally.broken is None or self._tally.segments:
                    break
        finally:
            self._tally.mark("llm_done")
            self.staged.put_nowait(None)

    async def _ask(self, brain: LanguageModel, until: float) -> Fault | None:
        parser = _parser(self._plan)
        segmenter = Segmenter()
        fault = await self._read(brain, until, parser, segmenter)
        parser.close()
        self._tally.unknown_tags += parser.unknown
        if self._is_over:
            return None
        if fault is not None:
            self._tally.failed(Failure(Part.BRAIN, brain.name, fault))
        if fault is None or self._tally.segments:
            self._stage_all(segmenter.flush(whole=fault is None))
        return fault

    async def _read(self, brain: LanguageModel, until: float, parser: Parser, segmenter: Segmenter) -> Fault | None:
        limits = self._plan.limits
        try:
            with Watchdog(until - asyncio.get_running_loop().time()) as watchdog:
                watchdog.allow(limits.first_token_s)
                async with aclosing(brain.stream(self._plan.request)) as events:
                    async for event in events:
                        watchdog.allow(limits.next_token_s)
                        if isinstance(event, ChatUsage):
                            self._tally.usage = event
                        elif self._hear(event.text, parser, segmenter):
                            # A burst of tokens must not keep the first request to the voice waiting.
                            await asyncio.sleep(0)
                        if self._is_over:
                            break
        except ProviderFailed as failed:
            return failed.fault
        except TimeoutError:
            return Fault.TIMEOUT
        except Exception as error:
            note = {"provider": brain.name, "error": type(error).__name__}
            logger.warning("language model broke its contract", extra=note)
            return Fault.GARBAGE
        return None

    def _hear(self, text: str, parser: Parser, segmenter: Segmenter) -> bool:
        """Take the next piece of the answer; return whether it completed the first segment."""
        if not text:
            return False
        tally = self._tally
        tally.deltas += 1
        if tally.deltas == 1:
            tally.mark("first_token")
        self._raw += len(text)
        before = tally.segments
        for item in parser.feed(text):
            self._stage_all(segmenter.feed(item))
        self._is_over = self._is_over or self._raw >= self._plan.limits.raw_characters
        return not before and bool(tally.segments)

    def _stage_all(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            if not self._is_over:
                self._stage(draft)

    def _stage(self, draft: Draft) -> None:
        """Start voicing a segment if it may be spoken, and queue it for the reading side."""
        self._tally.mark("first_clause")
        text = subtitle_text(draft.text)
        if self._is_too_much(text):
            self._is_over = True
            return
        if text:
            text = self._pass_gate(text)
        if not text and (draft.text or not draft.motions):
            return
        self._characters += len(text)
        staged = self._begin(draft, text)
        if self._opinions is not None and text:
            tail = self._clean_tail(staged.ready)
            staged = replace(staged, tail=tail, opinion=self._opinions.ask(tail, text))
        self._said[staged.ready.seg] = text
        self.staged.put_nowait(staged)

    def _tail(self, said: Iterable[str]) -> str:
        return " ".join(filter(None, said))[-self._plan.limits.tail_characters :]

    def _clean_tail(self, ready: SegmentReady) -> str:
        """Return what is said before a segment, as far as the check found nothing in it."""
        return self._tail(text for seg, text in self._said.items() if seg < ready.seg and seg not in self._found)

    def _begin(self, draft: Draft, text: str) -> _Staged:
        ready = SegmentReady(
            seg=self._tally.segments,
            text=text,
            voiced_text=voice_text(text, self._plan.language),
            emotion=draft.emotion or self._plan.resting_emotion,
            intensity=draft.intensity,
            motion=draft.motions[0] if draft.motions else None,
            sample_rate=self.voicing.sample_rate,
        )
        return self._voiced(ready)

    def _voiced(self, ready: SegmentReady, *, is_due: bool = False) -> _Staged:
        """Start voicing a segment; one that `is_due` is read before whatever was staged."""
        style = self._plan.vocabulary.style(ready.emotion)
        voiced = self.voicing.begin(ready.seg, ready.voiced_text, style, ready.intensity, is_due=is_due)
        self._tally.staged(has_text=bool(ready.text), is_voiced=self._is_voiced(ready))
        return _Staged(ready, voiced, asyncio.get_running_loop().time())

    def _is_voiced(self, ready: SegmentReady) -> bool:
        return bool(self._voices and ready.voiced_text)

    def _is_too_much(self, text: str) -> bool:
        limits = self._plan.limits
        is_long = self._characters > 0 and self._characters + len(text) > limits.characters
        return is_long or self._tally.segments >= limits.segments

    def _pass_gate(self, text: str) -> str:
        """Return what may be said in place of `text`, "" for nothing; a gate that breaks lets nothing through."""
        try:
            verdict = self._gate(self._tail(self._said.values()), text)
        except Exception as error:
            verdict = broken(error)
        return self._ruled(verdict, text)

    def _ruled(self, verdict: Verdict, text: str) -> str:
        """Write a verdict down, and return what may be said in place of `text`, "" for nothing."""
        if verdict.ruling is Ruling.ALLOW:
            if verdict.reason:
                self._tally.moderation.append(ModerationHit(verdict.ruling, text, text, verdict.reason))
            return text
        spoken = subtitle_text(verdict.text) if verdict.ruling is Ruling.REPLACE else ""
        self._tally.moderation.append(ModerationHit(verdict.ruling, text, spoken, verdict.reason))
        self._is_over = self._is_over or verdict.ruling is Ruling.STOP
        return spoken
