"""Carrying a rehearsal out: in slices, so that no studio keeps a worker for itself, each answer written down at once.

A process that dies loses the answer it was waiting for and nothing else: whoever takes the run up reads what was said
and goes on from there.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from uuid import UUID

from django.utils import timezone

from personas.models import Persona
from streams.domain.plan import StreamConfig
from streams.models import RehearsalAnswer, RehearsalRun, RehearsalSide, RehearsalState
from streams.selectors.config import load_config
from streams.selectors.rehearsals import answers_of
from streams.services import rehearsals
from vtcontrol.kernel.errors import NotFound
from workers.rehearsal.conversation import Conversation
from workers.rehearsal.moments import Moment, moments_of
from workers.runner.engines import Engines

logger = logging.getLogger(__name__)

SLICE_S = 15.0
"""After so long a worker hands the run on, and it queues again behind others' work."""
SEED_MOST = 2**31 - 1


class _LetGo(Exception):
    """The run is no longer ours: it was cancelled, or another worker took it over."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One answer to ask for."""

    conversation: Conversation
    config: StreamConfig
    moment: Moment


def carry_on(run_id: UUID, *, slice_s: float | None = SLICE_S, clock: Callable[[], float] = time.monotonic) -> bool:
    """Take a run up and carry it on, to its end or for one slice; tell whether there was anything to take up.

    Args:
        run_id: The run, in the scope's studio.
        slice_s: Seconds before it is handed on; None goes on to the end.
        clock: Monotonic seconds.
    """
    run = rehearsals.claim(run_id, uuid.uuid4().hex)
    if run is None:
        return False
    try:
        ending = _perform(run, None if slice_s is None else clock() + slice_s, clock)
    except _LetGo:
        return True
    except Exception as error:
        logger.exception("a rehearsal broke", extra={"error": type(error).__name__})
        rehearsals.finish(run, RehearsalState.STOPPED, rehearsals.NOTE_FAULT)
        return True
    if ending is None:
        rehearsals.hand_on(run)
    else:
        rehearsals.finish(run, *ending)
    return True


def _perform(run: RehearsalRun, until: float | None, clock: Callable[[], float]) -> tuple[RehearsalState, str] | None:
    """Ask for answers; return how the run ended, or None when the slice is over before it."""
    try:
        configs = _configs(run)
    except NotFound:
        return RehearsalState.STOPPED, "revision_gone"
    with asyncio.Runner() as loop:
        engines = loop.run(_engines())
        try:
            for turn in _turns(run, configs):
                if not rehearsals.may_spend(turn.config):
                    return RehearsalState.STOPPED, rehearsals.NOTE_BUDGET
                _answer(run, turn, engines, loop)
                if until is not None and clock() > until:
                    return None
        finally:
            loop.run(engines.aclose())
    return RehearsalState.DONE, ""


async def _engines() -> Engines:
    return Engines(chance=Random(0))  # noqa: S311 - the scripted brain's choice of lines, the same in each rehearsal


def _configs(run: RehearsalRun) -> dict[RehearsalSide, StreamConfig]:
    """Return each side's configuration.

    Raises:
        NotFound: The stream, or a revision of the character, is gone.
    """
    wanted = {RehearsalSide.TRIED: run.tried_id, RehearsalSide.AGAINST: run.against_id}
    return {side: load_config(run.stream_id, wanted[side]) for side in run.sides}


def _turns(run: RehearsalRun, configs: dict[RehearsalSide, StreamConfig]) -> Iterator[_Turn]:
    """Yield what is still to be asked, scenario by scenario, the sides in turn."""
    given = answers_of(run, with_prompts=False)
    now = timezone.now()
    for place, entry in enumerate(run.scenarios):
        before = [answer for answer in given if answer.scenario == place]
        moments = moments_of(entry, configs[RehearsalSide.TRIED], now)
        conversations = {
            side: Conversation(configs[side], side, place, [one for one in before if one.side == side])
            for side in run.sides
        }
        said = {(answer.step, answer.side) for answer in before}
        missing = [(moment, side) for moment in moments for side in run.sides if (moment.step, side) not in said]
        for moment, side in missing:
            yield _Turn(conversations[side], configs[side], moment)


def _answer(run: RehearsalRun, turn: _Turn, engines: Engines, loop: asyncio.Runner) -> None:
    """Ask for one answer and write it down.

    Raises:
        _LetGo: The run is no longer ours.
    """
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=run.persona_id)
    context = turn.conversation.prompt_for(turn.moment, version, timezone.now())
    seed = Random(f"{run.pk}/{turn.moment.step}").randrange(SEED_MOST)  # noqa: S311 - the same draw for both sides
    asking = _asked(turn, context, engines, seed)
    answer, cost_micros = loop.run(asking)
    if not rehearsals.keep_answer(run, turn.config, answer, cost_micros):
        raise _LetGo


async def _asked(turn: _Turn, context: object, engines: Engines, seed: int) -> tuple[RehearsalAnswer, int]:
    return await turn.conversation.answer(turn.moment, context, engines.chains(turn.config), seed)
