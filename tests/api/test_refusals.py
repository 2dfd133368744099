"""Every refusal is a problem: also for what no view ever sees, and for bodies nobody should have sent."""

import json

import pytest
from django.test import Client
from pytest_django import Settings

from streams.api import views
from streams.services import control
from tests.api.conftest import Program, problem
from vtcontrol.tenancy.api import BODY_MOST
from vtcontrol.tenancy.rates import Rate


@pytest.mark.parametrize("path", ["nonsense", "streams/not-a-uuid/state", "streams/{id}/nonsense", "..", "%00"])
def test_an_address_that_does_not_exist(program: Program, path: str) -> None:
    problem(program.get(path), 404)


@pytest.mark.parametrize("path", ["", "/v2/streams"])
@pytest.mark.django_db
def test_an_address_beside_the_version(client: Client, path: str) -> None:
    problem(client.get(f"/api{path}/x"), 404)


def test_a_page_that_does_not_exist_is_still_a_page(client: Client, db: None) -> None:
    response = client.get("/nonsense")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_an_unknown_host(program: Program, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["example.com"]

    problem(program.get("streams"), 400)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*"])
def test_an_answer_of_another_type(program: Program, accept: str) -> None:
    problem(program.get("streams/{id}/state", Accept=accept), 406)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_another_method(program: Program, method: str) -> None:
    response = getattr(program.client, method)(
        f"/api/v1/streams/{program.stream.pk}/skip", headers={"Authorization": f"Bearer {program.secret}"}
    )

    problem(response, 405)
    assert "POST" in response["Allow"]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense", "a/b;q=é"],
)
def test_a_body_of_another_type(program: Program, kind: str) -> None:
    response = program.client.post(
        f"/api/v1/streams/{program.stream.pk}/events",
        "text=hi",
        content_type=kind,
        headers={"Authorization": f"Bearer {program.secret}"},
    )

    problem(response, 415)


@pytest.mark.parametrize("path", ["streams/{id}/events", "streams/{id}/mute", "streams/{id}/skip", "session"])
def test_ten_megabytes(program: Program, path: str) -> None:
    problem(program.post(path, b'{"text": "' + b"x" * 10_000_000 + b'"}'), 413)


def test_the_largest_body_that_is_read(program: Program) -> None:
    just = json.dumps({"text": "hi"}).ljust(BODY_MOST)

    assert program.post("streams/{id}/events", just).status_code == 202
    problem(program.post("streams/{id}/events", just + " "), 413)


@pytest.mark.parametrize(
    "body",
    ["[" * 20_000 + "]" * 20_000, '{"a":' * 20_000 + "1" + "}" * 20_000, "1" * 50_000, "NaN", "\ufeff{}", "{}{}"],
)
def test_bodies_that_are_no_use(program: Program, body: str) -> None:
    problem(program.post("streams/{id}/events", body.encode()[:BODY_MOST]), 400)


def test_validation_names_its_fields(program: Program) -> None:
    body = problem(program.post("streams/{id}/events", {"kind": "nonsense", "amount": -1}), 400)

    assert body["errors"].keys() == {"kind", "amount"}
    assert all(isinstance(words, list) for words in body["errors"].values())


def test_a_bug_of_ours_tells_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(stream_id: object) -> None:
        raise RuntimeError("a secret of our insides")

    monkeypatch.setattr(control, "skip", broken)
    careful = Program(Client(raise_request_exception=False), program.stream, program.secret)

    response = careful.post("streams/{id}/skip")

    assert "insides" not in str(problem(response, 500))


def test_what_is_left_is_told(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.SkipView, "rate", Rate("skips", 2))

    answers = [program.post("streams/{id}/skip") for _ in range(3)]

    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"2"}
    assert all(1 <= int(answer["RateLimit-Reset"]) <= 60 for answer in answers)
    problem(answers[2], 429)
    assert answers[2]["Retry-After"] == answers[2]["RateLimit-Reset"]


def test_reading_lists_never_keeps_an_event_out(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "READS", Rate("reads", 1))

    answers = [program.get("streams/{id}/events").status_code for _ in range(2)]

    assert answers == [200, 429]
    assert program.post("streams/{id}/events", {"text": "hi"}).status_code == 202
