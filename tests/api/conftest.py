"""A program that calls the REST interface with a token."""

import json
from typing import Any

import pytest
from celery import current_app
from django.test import Client

from streams.models import Stream
from tests.factories.tenancy import make_token
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import studio_scope


class Program:
    """Calls with a token of `stream`, or of the whole studio."""

    def __init__(self, client: Client, stream: Stream, secret: str) -> None:
        self.client = client
        self.stream = stream
        self.secret = secret

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        return self.client.post(self._url(path), sent, content_type="application/json", headers=self._with(headers))

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(self._url(path), query or {}, headers=self._with(headers))

    def bearing(self, secret: str) -> "Program":
        return Program(self.client, self.stream, secret)

    def may(self, *scopes: str) -> "Program":
        """The same program with a token that may do only this."""
        with studio_scope(self.stream.studio_id):
            return self.bearing(tokens.issue(TokenKind.API, "narrow", stream_id=self.stream.pk, scopes=scopes)[1])

    def _url(self, path: str) -> str:
        return f"/api/v1/{path.replace('{id}', str(self.stream.pk))}"

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} | headers if self.secret else headers


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are asked for and carried out by nobody."""
    for name in ("live.perform", "upkeep.absorb"):
        monkeypatch.setattr(current_app.tasks[name], "apply_async", lambda **_: None)


@pytest.fixture
def program(client: Client, stream: Stream) -> Program:
    """A program with a token of the stream that may do everything."""
    with studio_scope(stream.studio_id):
        return Program(client, stream, make_token(TokenKind.API, stream=stream)[1])


@pytest.fixture
def everywhere(client: Client, stream: Stream) -> Program:
    """A program with a token of the whole studio."""
    with studio_scope(stream.studio_id):
        return Program(client, stream, make_token(TokenKind.API)[1])


def problem(response: Any, status: int) -> dict[str, Any]:
    """The refusal, which must be a problem of this status and tell nothing of our insides."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    assert body["title"]
    assert body["detail"]
    text = response.content.decode()
    assert not any(word in text for word in ("Traceback", "<html", "{method}", "/streams/", "django"))
    return body
