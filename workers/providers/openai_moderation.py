"""Moderation models behind `/v1/moderations`: OpenAI and whatever else speaks it.

Owns what the request looks like on the wire and the strict reading of its answer. Must not know what is done about a
finding, nor for how long anybody waits for it.
"""

import asyncio
import json
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.moderation import Assessment
from workers.providers.openai_client import Borrower, OpenAIClients, OpenAIEndpoint, Patience
from workers.providers.openai_faults import Garbled

MODERATION_PATIENCE = Patience(connect_s=2.5, first_s=5.0, silence_s=2.0, total_s=6.0)
MOST_BYTES = 256 * 1024
MOST_CATEGORIES = 100
LONGEST_CATEGORY = 60
NAMELESS = "flagged"
"""The category of an answer that flags a text and names none."""


class OpenAIModeration:
    """A `Moderator` over the openai SDK.

    Args:
        clients: The clients of this event loop.
        endpoint: Where the API is.
        model: Name of the model; "" leaves it to the server.
        name: Name of this provider in errors, figures and status.
        patience: How long it may take.
        clock: Time.
    """

    def __init__(
        self,
        clients: OpenAIClients,
        endpoint: OpenAIEndpoint,
        model: str,
        *,
        name: str = "openai",
        patience: Patience = MODERATION_PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self._patience = patience
        self._borrower = Borrower(name, clients, endpoint, clock or SystemClock())

    async def assess(self, text: str) -> Assessment:
        """Return what the model finds in a text.

        Raises:
            ProviderFailed: It did not work out.
        """
        async with aclosing(self._borrower.translated(self._answer(text))) as answers:
            return await anext(answers)

    async def warm(self) -> None:
        """Open connections, since a question and the first clauses of its answer are judged at the same time."""
        await self._borrower.knock(2, self._patience)

    async def aclose(self) -> None:
        """Give the client back."""
        await self._borrower.aclose()

    async def _answer(self, text: str) -> AsyncGenerator[Assessment, None]:
        body = {"input": text} | ({"model": self.model} if self.model else {})
        async with asyncio.timeout(self._patience.total_s):
            stream = await self._borrower.client().post("/moderations", body, self._patience)
            try:
                found = read_assessment(await stream.whole(MOST_BYTES))
            finally:
                await stream.aclose()
        yield found


def read_assessment(body: bytes) -> Assessment:
    """Return what an answer says of its one text. Scores may be missing, as some servers know none.

    Raises:
        Garbled: It does not say whether the text is flagged, or says it in another shape.
    """
    try:
        [result] = json.loads(body)["results"]
        is_flagged = result["flagged"]
        flags, scores = result.get("categories") or {}, result.get("category_scores") or {}
        flagged = frozenset(name for name, is_found in flags.items() if is_found is True)
        counted = {name: _score(score) for name, score in scores.items() if score is not None}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Garbled("no assessment") from None
    if not isinstance(is_flagged, bool):
        raise Garbled("no assessment")
    if len(flags) > MOST_CATEGORIES or len(counted) > MOST_CATEGORIES or not all(map(_is_name, {**flags, **counted})):
        raise Garbled("no categories")
    return Assessment(flagged or frozenset({NAMELESS} if is_flagged else ()), counted)


def _score(value: object) -> float:
    """Return a score; raises `ValueError` when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError("no score")
    return min(1.0, float(value))


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_CATEGORY and name.isprintable()
