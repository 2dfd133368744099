"""The pipeline: one turn from prompt to audio, as a plain async generator of typed events.

Owns the order of things within a turn: which brain is asked, what of its answer is spoken, what moderation lets
through, when voicing starts, how the turn ends. Must not know rows, sockets, queues or vendors; the caller commits and
sends.

Two sides run at once. A task reads the language model and starts voicing each segment the moment it is complete; the
generator hands out segments and their audio strictly in order. Read it inside `contextlib.aclosing`: closing it, or
cancelling whoever waits for its next event, cancels the model's stream and every speech request before it returns.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from vtcontrol.kernel.chat import ChatUsage, Output
from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import LanguageModel
from workers.turn.events import (
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
        clock: Time for the marks.
        tally: Counts along, for whoever closes the turn early.
    """
    tally = tally or TurnTally()
    tally.begin(clock or SystemClock())
    turn = _Turn(plan, voices, gate, tally)
    thinking = asyncio.create_task(turn.think(brains))
    try:
        while (staged := await turn.staged.get()) is not None:
            yield staged.ready
            while (event := await staged.voiced.next()) is not None:
                if type(event) is SegmentAudio:
                    tally.handed_out(event)
                yield event
            yield _done(staged)
        await thinking
        tally.mark("audio_done")
        yield TurnDone(tally.stats())
    finally:
        await _cancel((thinking, *turn.voicing.tasks))


def _parser(plan: TurnPlan) -> Parser:
    return JsonParser(plan.vocabulary) if plan.output is Output.JSON else TagParser(plan.vocabulary)


@dataclass(frozen=True, slots=True)
class _Staged:
    """A segment on its way from the thinking side to the reading side."""

    ready: SegmentReady
    voiced: VoicedSegment


def _done(staged: _Staged) -> SegmentDone:
    voiced = staged.voiced
    return SegmentDone(staged.ready.seg, voiced.audio_ms, voiced.engine, voiced.is_complete, voiced.characters)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel what still runs, and wait for it; an error nobody waits for any more counts as seen."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
        task.add_done_callback(_see)
    if running:
        await asyncio.wait(running, timeout=CLOSING_S)


def _see(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()


class _Turn:
    """The thinking side of a turn: reads brains and stages segments."""

    def __init__(self, plan: TurnPlan, voices: Sequence[Voice], gate: ClauseGate, tally: TurnTally) -> None:
        self._plan = plan
        self._gate = gate
        self._tally = tally
        self._voices = voices
        self._tail = ""
        self._characters = 0
        self._raw = 0
        self._is_over = False
        self.staged: asyncio.Queue[_Staged | None] = asyncio.Queue()
        self.voicing = Voicing(voices, plan.limits.voicing, tally)

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
        self._tail = f"{self._tail} {text}"[-self._plan.limits.tail_characters :]
        self.staged.put_nowait(self._begin(draft, text))

    def _begin(self, draft: Draft, text: str) -> _Staged:
        emotion = draft.emotion or self._plan.resting_emotion
        voiced_text = voice_text(text, self._plan.language)
        ready = SegmentReady(
            seg=self._tally.segments,
            text=text,
            voiced_text=voiced_text,
            emotion=emotion,
            intensity=draft.intensity,
            motion=draft.motions[0] if draft.motions else None,
            sample_rate=self.voicing.sample_rate,
        )
        style = self._plan.vocabulary.style(emotion)
        voiced = self.voicing.begin(ready.seg, voiced_text, style, draft.intensity)
        self._tally.staged(has_text=bool(text), is_voiced=bool(self._voices and voiced_text))
        return _Staged(ready, voiced)

    def _is_too_much(self, text: str) -> bool:
        limits = self._plan.limits
        is_long = self._characters > 0 and self._characters + len(text) > limits.characters
        return is_long or self._tally.segments >= limits.segments

    def _pass_gate(self, text: str) -> str:
        """Return what may be said in place of `text`, "" for nothing; a gate that breaks lets nothing through."""
        try:
            verdict = self._gate(self._tail, text)
        except Exception as error:
            logger.warning("moderation broke; the answer ends here", extra={"error": type(error).__name__})
            verdict = Verdict(Ruling.STOP, reason="gate")
        if verdict.ruling is Ruling.ALLOW:
            if verdict.reason:
                self._tally.moderation.append(ModerationHit(verdict.ruling, text, text, verdict.reason))
            return text
        spoken = subtitle_text(verdict.text) if verdict.ruling is Ruling.REPLACE else ""
        self._tally.moderation.append(ModerationHit(verdict.ruling, text, spoken, verdict.reason))
        self._is_over = verdict.ruling is Ruling.STOP
        return spoken
