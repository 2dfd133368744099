"""One stream's runner: holds the lease, takes the next event, performs its turn, and again; ends when nothing comes.

Lives on the worker's resident loop. Database work goes to threads through the host; nothing here blocks.
"""

import asyncio
import gc
import logging
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from django.utils import timezone

from memory.selectors import warm_persona as warm_memory
from personas.tokenizers import look_again
from streams.domain.lines import Line, line_frames
from streams.domain.plan import StreamConfig
from streams.domain.triage import TriageState
from streams.domain.turns import Claim, Stale, TurnReport
from streams.selectors.config import current_config
from streams.selectors.inbox import read_triage
from streams.selectors.state import state_frame
from streams.services import leases, recovery, turns
from streams.services.leases import Lease, Standing
from streams.services.status import note_engines
from vtcontrol.kernel.errors import Interrupted, LeaseLost
from vtcontrol.kernel.events import EventKind
from workers.runner.checking import ModelCheck, check_for
from workers.runner.drafting import judged_by
from workers.runner.gate import gate_for
from workers.runner.ground import Ground
from workers.runner.performance import Performance
from workers.runner.stage import Stage
from workers.turn.voicing import Part

logger = logging.getLogger(__name__)

IDLE_S = 120.0
WAIT_MOST_S = 15.0


class Runner:
    """The live loop of one stream in this worker."""

    def __init__(self, ground: Ground, studio_id: UUID, stream_id: UUID) -> None:
        self.studio_id = studio_id
        self.stream_id = stream_id
        self._ground = ground
        self._stage = Stage(stream_id)
        self._awake = asyncio.Event()
        self._lease: Lease | None = None
        self._config: StreamConfig | None = None
        self._performance: Performance | None = None
        self._turn: asyncio.Task[TurnReport] | None = None
        self._interrupted = ""
        self._status: tuple[str, str] = ("", "")
        self._checked: dict[UUID, str] = {}
        self._is_dressed = False  # the pages show how another side of an experiment looks
        self._triage = TriageState()
        self._errands: set[asyncio.Task[None]] = set()
        self.is_draining = False

    @property
    def fence(self) -> int | None:
        """The fencing token, while the lease is held."""
        return self._lease.fence if self._lease else None

    @property
    def was_woken(self) -> bool:
        """Whether it was woken since it last looked at the inbox."""
        return self._awake.is_set()

    def wake(self) -> None:
        """Look at the inbox now."""
        self._awake.set()

    def heard(self, turn: str, seg: int, heard_ms: int) -> None:
        """Take the primary page's word for a segment."""
        if self._performance is not None and str(self._performance.turn_id) == turn:
            self._performance.hearing.heard(seg, heard_ms)

    def interrupt(self, epoch: int, reason: str) -> None:
        """End the turn that began in an older epoch."""
        if self._turn is not None and self._performance is not None and self._performance.epoch < epoch:
            self._interrupted = reason
            self._turn.cancel()
        self.wake()

    def standing(self, standing: Standing | None) -> None:
        """Take the news of a lease renewal: None when the lease is gone."""
        if standing is None:
            self._lease = None
            if self._turn is not None:
                self._interrupted = "lease_lost"
                self._turn.cancel()
            self.wake()
        elif self._performance is not None and standing.epoch > self._performance.epoch:
            self.interrupt(standing.epoch, "panic" if standing.is_panicked else "skip")

    async def run(self) -> None:
        """Run until nothing came for a while, the lease is lost, or the worker drains."""
        self._lease = await self._db(leases.acquire, self.stream_id, self._ground.owner)
        if self._lease is None:
            await self._ground.forward_nudge(self.stream_id)
            return
        try:
            self._stage.tell_docks(await self._db(recovery.recover, self._lease))
            await self._prepare()
            await self._serve()
        except LeaseLost:
            logger.info("another worker took the stream over", extra={"stream": str(self.stream_id)})
            self._lease = None
        finally:
            if self._lease is not None:
                await asyncio.shield(self._db(leases.release, self._lease))
            await asyncio.shield(self._stage.flush())

    async def _prepare(self) -> None:
        """Load the configuration and warm what the first turn would otherwise wait for."""
        config = await self._load_config()
        self._is_dressed = any(one.split for one in (config, *config.others))  # by whoever held the stream before
        self._triage = await self._db(read_triage, self.stream_id, config, timezone.now())
        loaded = [await self._db(warm_memory, one.persona_id) for one in (config, *config.others)]
        if any(loaded):
            gc.freeze()  # an index stays: no need to look through it again and again
        for one in (config, *config.others):
            look_again(one.model)  # its tokenizer is read beside; the first turns may still be estimated
            self._spawn(self._ground.engines.warm(self._ground.engines.chains(one)))

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        idle_since = loop.time()
        while self._lease is not None and not self.is_draining:
            self._awake.clear()
            config = self._config or await self._load_config()
            found = await self._db(turns.claim, self._lease, config, self._triage)
            if isinstance(found, Stale):
                await self._load_config()
                continue
            self._stage.tell_docks(found.frames)
            if isinstance(found, Claim):
                await self._perform(found, found.speaker or config)
                self._triage = self._triage.after(found.candidate, timezone.now())
                idle_since = loop.time()
            elif loop.time() - idle_since > IDLE_S:
                return
            else:
                await self._wait(min(found.wait_s, WAIT_MOST_S))

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            pass

    async def _load_config(self) -> StreamConfig:
        """Read the configuration of now; the pages are told when the look changed."""
        before = self._config
        config: StreamConfig = await self._db(current_config, self.studio_id, self.stream_id)
        self._config = config
        if before is not None and before.look != config.look:
            self._stage.look(dict(config.look))
            self._is_dressed = False
        return config

    def _dress(self, speaker: StreamConfig) -> None:
        """Have the pages show who speaks as its revision looks: the other side of an experiment may look different."""
        is_other = self._config is not None and speaker.look != self._config.look
        if is_other or self._is_dressed:
            self._stage.look(dict(speaker.look))
        self._is_dressed = is_other

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the turn; what docks are told must not keep the voice waiting."""
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _perform(self, claim: Claim, config: StreamConfig) -> None:
        """Perform one turn and write down how it ended, whatever happens."""
        lease = self._lease
        assert lease is not None  # noqa: S101 - only called while it is held
        chains = self._ground.engines.chains(config, is_degraded=claim.is_degraded)
        if claim.approved is not None or claim.event.kind == EventKind.DIRECTOR_SAY:
            chains = chains.verbatim()
        performance = Performance(claim, config, chains, self._stage, lease.fence)
        self._performance, self._interrupted = performance, ""

        async def commit(*, text: str, emotion: str, is_first: bool) -> None:
            words = {"text": text, "emotion": emotion, "is_first": is_first}
            if is_first:
                self._dress(config)
            version = await self._db(turns.begin_segment, lease, claim, **words)
            line = turns.speaking_line(claim, text=text, emotion=emotion, character=config.persona.name)
            self._spawn(self._tell_speaking(version, line, is_first=is_first))

        gate = gate_for(judged_by(config), claim.never)
        check = check_for(config, claim, chains.moderator)
        self._turn = asyncio.create_task(performance.run(commit, gate, check))
        try:
            report = await self._report_of(self._turn, performance)
        finally:
            self._performance = self._turn = None
        frames = await self._finish(lease, config, report, performance)
        self._stage.tell_docks(frames)
        await self._tell_status(report, claim, config, check)

    async def _finish(self, lease: Lease, config: StreamConfig, report: TurnReport, performance: Performance) -> Any:
        """Write down how a turn ended; an answer that was to be held after an interrupt is cut instead."""
        try:
            return await self._db(turns.finish, lease, config, report)
        except Interrupted as interrupted:
            return await self._db(turns.finish, lease, config, await performance.cut(interrupted.reason))

    async def _report_of(self, turn: "asyncio.Task[TurnReport]", performance: Performance) -> TurnReport:
        try:
            return await turn
        except Interrupted as interrupted:
            self._stage.stop(performance.epoch + 1, interrupted.reason, performance.turn_id)
            return await performance.cut(interrupted.reason)
        except asyncio.CancelledError:
            if not self._interrupted:
                turn.cancel()
                raise
            if self._interrupted == "lease_lost":
                raise LeaseLost(str(self.stream_id)) from None
            self._stage.stop(performance.epoch + 1, self._interrupted, performance.turn_id)
            return await performance.cut(self._interrupted)

    async def _tell_speaking(self, version: int, line: Line, *, is_first: bool) -> None:
        """Show the docks the line as far as it is spoken; the first time with the live state, whose version is kept."""
        self._stage.tell_docks(line_frames(version - is_first, [line]))
        if is_first:
            self._stage.tell_docks([await self._db(state_frame, self.stream_id, version)])

    async def _tell_status(
        self, report: TurnReport, claim: Claim, config: StreamConfig, check: ModelCheck | None
    ) -> None:
        """Keep the docks' status line true: who answers and speaks, and what failed on the way."""
        if report.state == "cut" or report.event.kind == EventKind.DIRECTOR_SAY:
            return
        mute = dict.fromkeys(str(one) for one in report.failures if one.part == Part.VOICE)
        dull = dict.fromkeys(str(one) for one in report.failures if one.part != Part.VOICE)
        budget = ["budget used up"] if claim.is_degraded else []
        brain, voice = _note(report.brain, [*config.problems, *budget, *dull]), _note(report.voice, [*mute])
        status = (self._status[0] if report.approved else brain, self._status[1] if report.held else voice)
        checks = _checks(report, config, check)
        if status != self._status or not checks.items() <= self._checked.items():
            self._status = status
            self._checked |= checks
            faults = _faults(report, config)
            frames = await self._db(note_engines, self.stream_id, *status, faults, checks)
            self._stage.tell_docks(frames)

    async def _db(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return await self._ground.in_database(self.studio_id, work, *args, **kwargs)


def _note(name: str, troubles: list[str]) -> str:
    """Return an engine's status as it is kept: "name" or "name|what is wrong"."""
    return f"{name}|{'; '.join(troubles)}" if troubles else name


def _faults(report: TurnReport, config: StreamConfig) -> dict[UUID, str]:
    """Return how the configured engines that were asked did in a turn, by row: a fault, or "" for a success."""
    brains, voices = _failed(report, Part.BRAIN), _failed(report, Part.VOICE)
    asked = {report.brain.partition(": ")[0], *brains}
    spoke = {*report.characters, *voices}
    thought = {brain.id: brains.get(brain.name, "") for brain in config.brains if brain.name in asked}
    return thought | {voice.id: voices.get(voice.name, "") for voice in config.voices if voice.name in spoke}


def _checks(report: TurnReport, config: StreamConfig, check: ModelCheck | None) -> dict[UUID, str]:
    """Return the same of the moderation model, if it was asked beside the turn."""
    if config.check is None or check is None or not check.was_asked:
        return {}
    return {config.check.id: _failed(report, Part.CHECK).get(check.name, "")}


def _failed(report: TurnReport, part: Part) -> dict[str, str]:
    """Return the faults of a turn's engines of one kind by their names."""
    return {one.engine: one.fault for one in report.failures if one.part == part}
