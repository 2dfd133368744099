"""The engine room of embeddings in this process: vectors for memories in the background, for questions in time.

Owns the engines' lifetime: one resident loop for endpoints, one thread for local models. A question is given
`QUERY_S`; what comes later is kept for the next time the same is asked, and recall goes by words meanwhile.
"""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings

from memory.models import EmbeddingEngine, EmbeddingKind
from memory.selectors.semantics import Answer, Vector
from memory.services.vectors import note_engine, store_vectors, without_vector
from vtcontrol.kernel.errors import Fault, ProviderFailed, SecretUnreadable
from workers.providers.onnx_embeddings import OnnxEmbeddings
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_embeddings import OpenAIEmbeddings

logger = logging.getLogger(__name__)

QUERY_S = 0.04
BATCH = 64
ROUND_MOST = 2_000
QUERIES_KEPT = 512
RESTING_S = 30.0
TEXT_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """An embedding engine as the room needs it.

    Attributes:
        kind: `EmbeddingKind` value.
        folder: The local model's folder, or "".
    """

    kind: str
    base_url: str
    model: str
    key: str = field(repr=False)
    folder: str
    query_prefix: str
    text_prefix: str


def spec_of(engine: EmbeddingEngine) -> EngineSpec:
    """Return what the room needs of a row, the key in clear.

    Raises:
        ProviderFailed: The key cannot be read, or the model is none of the operator's.
    """
    folder = ""
    if engine.engine == EmbeddingKind.ONNX:
        home = Path(settings.EMBEDDINGS_DIR) if settings.EMBEDDINGS_DIR else None
        if home is None or engine.model not in local_models():
            raise ProviderFailed(engine.name, Fault.REJECTED, detail="the operator offers no such model")
        folder = str(home / engine.model)
    try:
        key = engine.credential.reveal() if engine.credential else ""
    except SecretUnreadable:
        raise ProviderFailed(engine.name, Fault.AUTH, detail="the key cannot be read") from None
    return EngineSpec(
        engine.engine, engine.base_url, engine.model, key, folder, engine.query_prefix, engine.text_prefix
    )


def local_models() -> list[str]:
    """Return the names of the model folders the operator offers."""
    home = Path(settings.EMBEDDINGS_DIR) if settings.EMBEDDINGS_DIR else None
    if home is None or not home.is_dir():
        return []
    return sorted(one.name for one in home.iterdir() if (one / "tokenizer.json").is_file())


class EngineRoom:
    """All embedding engines of this process. Implements `memory.selectors.semantics.QueryEngine`."""

    def __init__(self, query_s: float = QUERY_S) -> None:
        self._query_s = query_s
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread()
        self._clients: OpenAIClients | None = None
        self._local = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="embeddings")
        self._models: dict[str, OnnxEmbeddings] = {}
        self._specs: dict[UUID, EngineSpec] = {}
        self._resting: dict[UUID, float] = {}
        self._known: OrderedDict[tuple[UUID, str, str], Vector] = OrderedDict()

    def prepare(self, engine: EmbeddingEngine) -> None:
        """Read an engine's key, so that questions need no database."""
        try:
            spec = spec_of(engine)
        except ProviderFailed as failure:
            self._specs.pop(engine.pk, None)
            logger.warning("an embedding engine cannot be used", extra={"fault": failure.fault.value})
            return
        if self._specs.get(engine.pk) != spec:
            self._specs[engine.pk] = spec
            self._resting.pop(engine.pk, None)

    def ask(self, engine: EmbeddingEngine, text: str) -> Answer:
        """Begin to embed a question."""
        spec = self._specs.get(engine.pk)
        if spec is None or self._resting.get(engine.pk, 0.0) > time.monotonic():
            return lambda: None
        key = (engine.pk, engine.model_key, text)
        known = self._known.get(key)
        if known is not None:
            return lambda: known
        until = time.monotonic() + self._query_s
        future = self._submit(spec, [spec.query_prefix + text[:TEXT_LONGEST]])
        future.add_done_callback(lambda done: self._keep(key, done))

        def answer() -> Vector | None:
            try:
                return future.result(max(0.0, until - time.monotonic()))[0]
            except (TimeoutError, concurrent.futures.CancelledError, ProviderFailed):
                return None

        return answer

    def embed(self, spec: EngineSpec, texts: Sequence[str]) -> list[Vector]:
        """Embed texts of memories; waits for them.

        Raises:
            ProviderFailed: It did not work out.
        """
        return self._submit(spec, [spec.text_prefix + text[:TEXT_LONGEST] for text in texts]).result()

    def _keep(self, key: tuple[UUID, str, str], done: "concurrent.futures.Future[list[Vector]]") -> None:
        """Remember a question's vector; an engine that fails rests for a while."""
        if done.cancelled():
            return
        if done.exception() is not None:
            self._resting[key[0]] = time.monotonic() + RESTING_S
            return
        with self._lock:
            self._known[key] = done.result()[0]
            while len(self._known) > QUERIES_KEPT:
                self._known.popitem(last=False)

    def _submit(self, spec: EngineSpec, texts: list[str]) -> "concurrent.futures.Future[list[Vector]]":
        if spec.kind == EmbeddingKind.ONNX:
            return self._local.submit(self._embed_here, spec.folder, texts)
        return asyncio.run_coroutine_threadsafe(self._embed_there(spec, texts), self._running_loop())

    def _embed_here(self, folder: str, texts: list[str]) -> list[Vector]:
        if folder not in self._models:
            self._models[folder] = OnnxEmbeddings(Path(folder))
        return self._models[folder].embed(texts)

    async def _embed_there(self, spec: EngineSpec, texts: list[str]) -> list[Vector]:
        if self._clients is None:
            self._clients = OpenAIClients()
        endpoint = OpenAIEndpoint(spec.base_url, spec.key, allow_private=settings.ALLOW_PRIVATE_URLS)
        engine = OpenAIEmbeddings(self._clients, endpoint, spec.model)
        try:
            return await engine.embed(texts)
        finally:
            await engine.aclose()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="embeddings-loop", daemon=True)
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """Stop the loop and the thread."""
        self._local.shutdown(wait=True, cancel_futures=True)
        loop, clients = self._loop, self._clients
        if loop is None:
            return
        if clients is not None:
            asyncio.run_coroutine_threadsafe(clients.aclose(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(5)
        loop.close()


room = EngineRoom()


def studios_to_embed() -> Iterator[UUID]:
    """Yield the studios with an engine at work. Reads over all studios."""
    yield from EmbeddingEngine.objects.filter(is_enabled=True).order_by().values_list("studio_id", flat=True)


def embed_missing(engines: EngineRoom = room) -> int:
    """Give vectors to the studio's memories that have none of its engine; return how many got one."""
    engine = EmbeddingEngine.objects.select_related("credential").filter(is_enabled=True).first()
    if engine is None:
        return 0
    made = 0
    try:
        spec = spec_of(engine)
        while made < ROUND_MOST and (memories := without_vector(engine, most=BATCH)):
            vectors = engines.embed(spec, [memory.text for memory in memories])
            stored = store_vectors(engine, memories, dict(zip((one.pk for one in memories), vectors, strict=True)))
            made += stored
            if not stored:
                break
    except ProviderFailed as failure:
        note_engine(engine, str(failure))
    except ValueError:
        note_engine(engine, "the vectors have no direction")
    else:
        note_engine(engine)
    return made
