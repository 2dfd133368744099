"""Calls to a server that is odd: a redirect is not followed, and what is not vtcontrol is said to be so."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from workers.smoke.failing import SmokeFailed
from workers.smoke.rest import Rest, is_loopback

ANSWERS = {
    "/api/v1/page": (200, {}, b"<html>hello</html>"),
    "/api/v1/list": (200, {}, b"[]"),
    "/api/v1/elsewhere": (302, {"Location": "/api/v1/fine"}, b""),
    "/api/v1/fine": (200, {}, b'{"ok": true}'),
    "/api/v1/problem": (409, {}, b'{"title": "The state moved on", "detail": "The stream is disabled."}'),
    "/api/v1/broken": (500, {}, b"oops"),
    "/api/v1/stranger": (401, {}, b"{}"),
}


class OddServer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers, body = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def rest() -> Iterator[Rest]:
    server = HTTPServer(("127.0.0.1", 0), OddServer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Rest(f"http://127.0.0.1:{server.server_port}/", 5.0)
    server.shutdown()
    thread.join()
    server.server_close()


def test_object_is_returned(rest: Rest) -> None:
    assert rest.call("GET", "fine", "token") == {"ok": True}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("page", "is not vtcontrol"),
        ("list", "is not vtcontrol"),
        ("elsewhere", "leads elsewhere"),
        ("problem", "409. The stream is disabled."),
        ("broken", "answered 500"),
        ("stranger", "refused the token"),
    ],
)
def test_what_is_wrong_is_said(rest: Rest, path: str, words: str) -> None:
    with pytest.raises(SmokeFailed, match=words):
        rest.call("GET", path, "token")


@pytest.mark.parametrize(
    ("url", "is_near"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.2", True),
        ("ws://[::1]:1/ws", True),
        ("https://show.example", False),
    ],
)
def test_this_machine_is_reached_without_a_proxy(url: str, is_near: bool) -> None:
    assert is_loopback(url) is is_near
