"""Opinions: what a check says of the clauses of one turn, asked beside the work.

Owns the requests to the check: how many run, in which order, how long anybody waits for one. Must not know what is done
about a finding.
"""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, nullcontext

from workers.turn.events import AnswerCheck, Ruling, Verdict

logger = logging.getLogger(__name__)


class Opinions:
    """The opinions of one turn.

    Args:
        check: Who is asked.
        most: How many clauses it is asked about at once, beside one that is waited for already.
    """

    def __init__(self, check: AnswerCheck, most: int) -> None:
        self.check = check
        self._slots = asyncio.Semaphore(most)
        self._asked: set[asyncio.Task[Verdict]] = set()

    @property
    def tasks(self) -> list[asyncio.Task[Verdict]]:
        """The tasks that run now. Whoever owns the turn cancels and awaits them when it ends early."""
        return list(self._asked)

    async def question(self) -> Verdict:
        """Return what the check says of what is answered."""
        return await _opinion(self.check.question())

    def ask(self, tail: str, clause: str) -> asyncio.Task[Verdict]:
        """Ask about a clause that is being voiced, as soon as one of the slots is free."""
        return self._ask(tail, clause, self._slots)

    async def again(self, tail: str, clause: str) -> Verdict:
        """Ask once more about a clause that is due, before all others."""
        return await self.in_time(self._ask(tail, clause, nullcontext()), clause, asyncio.get_running_loop().time())

    async def in_time(self, opinion: asyncio.Task[Verdict], clause: str, due_at: float) -> Verdict:
        """Wait for an opinion on a clause until its deadline, which begins when the clause is due, in loop time."""
        left_s = due_at + self.check.deadline_s - asyncio.get_running_loop().time()
        await asyncio.wait({opinion}, timeout=max(0.0, left_s))
        if opinion.done():
            return opinion.result()
        opinion.cancel()
        return self.check.late(clause)

    def _ask(self, tail: str, clause: str, slot: AbstractAsyncContextManager[None]) -> asyncio.Task[Verdict]:
        async def ask() -> Verdict:
            async with slot:
                return await _opinion(self.check.clause(tail, clause))

        opinion = asyncio.create_task(ask())
        self._asked.add(opinion)
        opinion.add_done_callback(self._asked.discard)
        return opinion


async def _opinion(asked: Awaitable[Verdict]) -> Verdict:
    """Return what a check says; one that breaks lets nothing through."""
    try:
        return await asked
    except Exception as error:
        return broken(error)


def broken(error: Exception) -> Verdict:
    """Return the verdict of moderation that broke."""
    logger.warning("moderation broke; the answer ends here", extra={"error": type(error).__name__})
    return Verdict(Ruling.STOP, reason="gate")
