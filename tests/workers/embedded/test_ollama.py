"""An Ollama on this machine is offered as a brain, once."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from personas.models import Brain
from vtcontrol.tenancy.studios import Studio
from workers.embedded.ollama import models_of, offer_ollama


class Ollama(BaseHTTPRequestHandler):
    answer = json.dumps({"object": "list", "data": [{"id": "llama3.2"}, {"id": "qwen3"}]})

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def ollama() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ollama)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_a_running_ollama_is_offered_once(in_studio: Studio, ollama: str, settings: Any) -> None:
    settings.OLLAMA_URL = ollama

    first, second = offer_ollama(), offer_ollama()

    assert first is not None
    assert second is None
    assert Brain.objects.get(pk=first.pk).model == "llama3.2"


def test_nothing_is_offered_where_private_addresses_are_not_allowed(
    in_studio: Studio, ollama: str, settings: Any
) -> None:
    settings.OLLAMA_URL, settings.ALLOW_PRIVATE_URLS = ollama, False

    assert offer_ollama() is None
    assert not Brain.objects.filter(base_url=ollama).exists()


@pytest.mark.parametrize("answer", ["", "<html>", "[]", '{"data": [1]}', '{"data": []}'])
def test_what_is_no_ollama_is_not_offered(
    in_studio: Studio, ollama: str, settings: Any, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ollama, "answer", answer)
    settings.OLLAMA_URL = ollama

    assert models_of(ollama) == []
    assert offer_ollama() is None


def test_no_server_is_no_offer(in_studio: Studio, settings: Any) -> None:
    settings.OLLAMA_URL = "http://127.0.0.1:9/v1"

    assert offer_ollama() is None
