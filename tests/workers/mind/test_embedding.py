"""The engine room: vectors for memories and questions, and words alone when it fails."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from memory.models import EmbeddingEngine, Memory, MemoryVector
from memory.selectors import forget_index, recall
from memory.selectors.semantics import embed_queries_with
from memory.services import remember_many
from personas.models import Persona
from tests.factories.memory import make_embedding_engine
from tests.factories.personas import Character
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.tenancy.studios import Studio
from workers.mind.embedding import EngineRoom, embed_missing, spec_of
from workers.providers.onnx_embeddings import OnnxEmbeddings
from workers.providers.openai_embeddings import read_vectors
from workers.providers.openai_faults import Garbled

MEANINGS = {"feline": (1.0, 0.1, 0.0), "cat": (1.0, 0.0, 0.0), "boat": (0.0, 1.0, 0.0), "ship": (0.1, 1.0, 0.0)}


class Endpoint(BaseHTTPRequestHandler):
    """Gives words that mean the same vectors that point the same way."""

    fails = False

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        data = [{"index": at, "embedding": _meaning(text)} for at, text in enumerate(asked)]
        body = json.dumps({"data": data}).encode()
        self.send_response(500 if self.fails else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _meaning(text: str) -> tuple[float, ...]:
    return next((vector for word, vector in MEANINGS.items() if word in text), (0.0, 0.0, 1.0))


@pytest.fixture
def room(settings: Any) -> Iterator[EngineRoom]:
    settings.ALLOW_PRIVATE_URLS = True  # as in the embedded topology: the stub is on this machine
    room = EngineRoom(query_s=20.0)
    embed_queries_with(room)
    yield room
    embed_queries_with(None)
    room.close()


@pytest.fixture
def engine(in_studio: Studio) -> Iterator[EmbeddingEngine]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield make_embedding_engine(base_url=f"http://127.0.0.1:{server.server_port}/v1")
    server.shutdown()
    server.server_close()
    thread.join()
    Endpoint.fails = False


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    forget_index(character.persona.pk)
    remember_many(Memory(persona=character.persona, text=text) for text in ("A cat sleeps here", "The boat is red"))
    return character.persona


def asked(persona: Persona, text: str) -> list[str]:
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona.pk)
    return [one.text for one in recall(persona.pk, version, text, None, now=timezone.now())]


def test_what_means_the_same_is_found_without_a_common_word(
    persona: Persona, engine: EmbeddingEngine, room: EngineRoom
) -> None:
    assert asked(persona, "my feline friend") == []

    assert embed_missing(room) == 2
    assert embed_missing(room) == 0

    assert asked(persona, "my feline friend") == ["A cat sleeps here"]
    assert asked(persona, "an old ship") == ["The boat is red"]
    engine.refresh_from_db()
    assert engine.last_ok_at is not None


def test_an_engine_that_is_switched_off_or_on_is_left_or_asked_at_once(
    persona: Persona, engine: EmbeddingEngine, room: EngineRoom
) -> None:
    embed_missing(room)
    found = [asked(persona, "my feline friend")]

    for is_on in (False, True):
        engine.is_enabled = is_on
        engine.save()
        found.append(asked(persona, "my feline friend"))

    assert found == [["A cat sleeps here"], [], ["A cat sleeps here"]]


def test_changed_words_get_another_vector(persona: Persona, engine: EmbeddingEngine, room: EngineRoom) -> None:
    embed_missing(room)
    memory = Memory.objects.get(text="A cat sleeps here")
    memory.text = "A boat sleeps here"
    memory.content_key = Memory.key_of(memory.text)
    memory.save()

    assert embed_missing(room) == 1

    assert MemoryVector.objects.get(memory=memory).content_key == memory.content_key


def test_without_an_answer_words_decide(persona: Persona, engine: EmbeddingEngine, room: EngineRoom) -> None:
    embed_missing(room)
    Endpoint.fails = True

    assert asked(persona, "where is the boat") == ["The boat is red"]
    memory = Memory(persona=persona, text="A new cat")
    remember_many([memory])
    assert embed_missing(room) == 0
    engine.refresh_from_db()
    assert engine.last_fault


def test_a_local_model_is_one_of_the_operators(in_studio: Studio, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "models" / "e5").mkdir(parents=True)
    (tmp_path / "models" / "e5" / "tokenizer.json").write_text("{}")
    settings.EMBEDDINGS_DIR = str(tmp_path / "models")

    assert spec_of(make_embedding_engine(engine="onnx", model="e5")).folder == str(tmp_path / "models" / "e5")
    for model in ("..", "../secrets", "/etc", "none", ""):
        with pytest.raises(ProviderFailed):
            spec_of(EmbeddingEngine(name="x", engine="onnx", model=model))


def test_a_folder_without_a_model_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ProviderFailed) as failure:
        OnnxEmbeddings(tmp_path)

    assert failure.value.fault is Fault.REJECTED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": ["a"]}]}',
        b'{"data": [{"index": 1, "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": "%%%"}]}',
    ],
)
def test_an_answer_that_holds_no_vectors_is_refused(body: bytes) -> None:
    with pytest.raises(Garbled):
        read_vectors(body, 1)


def test_vectors_come_in_the_order_of_the_texts() -> None:
    body = b'{"data": [{"index": 1, "embedding": [0, 1]}, {"index": 0, "embedding": "AACAPwAAAAA="}]}'

    assert read_vectors(body, 2) == [(1.0, 0.0), (0.0, 1.0)]
