"""Embeddings behind `/v1/embeddings`: OpenAI, Ollama, LM Studio, vLLM and whatever else speaks it.

Owns what the request looks like on the wire and the strict reading of its answer.
"""

import base64
import json
import struct
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from vtcontrol.kernel.clock import Clock, SystemClock
from workers.providers.openai_client import Borrower, OpenAIClients, OpenAIEndpoint, Patience
from workers.providers.openai_faults import Garbled

EMBED_PATIENCE = Patience(connect_s=3.0, first_s=20.0, silence_s=10.0, total_s=30.0)
MOST_BYTES = 32 * 1024 * 1024
DIMS_MOST = 4096

Vector = tuple[float, ...]


class OpenAIEmbeddings:
    """Turns texts into vectors over the openai SDK.

    Args:
        clients: The clients of this event loop.
        endpoint: Where the API is.
        model: Name of the model.
        name: Name of this provider in errors.
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
        patience: Patience = EMBED_PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self._patience = patience
        self._borrower = Borrower(name, clients, endpoint, clock or SystemClock())

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector a text, in their order.

        Raises:
            ProviderFailed: It did not work out.
        """
        async with aclosing(self._borrower.translated(self._answer(list(texts)))) as answers:
            async for vectors in answers:
                return vectors
        return []

    async def aclose(self) -> None:
        """Give the client back."""
        await self._borrower.aclose()

    async def _answer(self, texts: list[str]) -> AsyncGenerator[list[Vector], None]:
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        stream = await self._borrower.client().post("/embeddings", body, self._patience)
        try:
            yield read_vectors(await stream.whole(MOST_BYTES), len(texts))
        finally:
            await stream.aclose()


def read_vectors(body: bytes, count: int) -> list[Vector]:
    """Return the vectors of an answer, in the order of the texts.

    Raises:
        Garbled: They are not as many as the texts, not of one length, or no numbers.
    """
    try:
        rows = json.loads(body)["data"]
        by_index = {row["index"]: _vector(row["embedding"]) for row in rows}
        vectors = [by_index[index] for index in range(count)]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, struct.error):
        raise Garbled("no embeddings") from None
    if len({len(vector) for vector in vectors}) > 1 or not all(0 < len(vector) <= DIMS_MOST for vector in vectors):
        raise Garbled("embeddings of different lengths")
    return vectors


def _vector(value: Any) -> Vector:
    """Return a vector given as numbers, or as base64 of little-endian floats (servers that ignore what was asked)."""
    if isinstance(value, str):
        data = base64.b64decode(value, validate=True)
        return struct.unpack(f"<{len(data) // 4}f", data)
    return tuple(float(one) for one in value)
