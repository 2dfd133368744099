"""A POST under a key happens once: the same answer, one effect, and a conflict for anything else."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from streams.models import Stream
from streams.services import control
from tests.api.conftest import Program, problem
from tests.factories.tenancy import make_kept_answer, make_token
from tests.live.scenes import state_of
from vtcontrol.tenancy import idempotency
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.idempotency import KeptAnswer, forget_surplus
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

KEY = "Idempotency-Key"


def test_the_same_key_is_done_once(program: Program, stream: Stream, in_studio: Studio) -> None:
    first = program.post("streams/{id}/skip", **{KEY: "k-1"})
    again = program.post("streams/{id}/skip", **{KEY: "k-1"})

    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (202, {})
    assert first.headers.get("Idempotency-Replayed") is None
    assert again["Idempotency-Replayed"] == "true"
    assert state_of(stream).control_epoch == 1


def test_without_a_key_it_is_done_each_time(program: Program, stream: Stream, in_studio: Studio) -> None:
    for _ in range(2):
        program.post("streams/{id}/skip")

    assert state_of(stream).control_epoch == 2
    assert not KeptAnswer.objects.exists()


def test_the_same_key_for_something_else_is_a_conflict(program: Program, stream: Stream, in_studio: Studio) -> None:
    program.post("streams/{id}/mute", {"muted": True}, **{KEY: "k-1"})

    problem(program.post("streams/{id}/mute", {"muted": False}, **{KEY: "k-1"}), 409)
    problem(program.post("streams/{id}/skip", **{KEY: "k-1"}), 409)
    assert state_of(stream).is_muted
    assert state_of(stream).control_epoch == 0


def test_the_order_of_a_bodys_fields_is_no_difference(program: Program) -> None:
    first = program.post("streams/{id}/mute", '{"muted": true, "extra": 1}', **{KEY: "k-1"})
    again = program.post("streams/{id}/mute", '{"extra": 1, "muted": true}', **{KEY: "k-1"})

    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Idempotency-Replayed"] == "true"


def test_two_tokens_with_the_same_key_do_not_meet(
    program: Program, everywhere: Program, stream: Stream, in_studio: Studio
) -> None:
    for one in (program, everywhere):
        one.post("streams/{id}/skip", **{KEY: "k"})

    assert state_of(stream).control_epoch == 2


def test_a_refusal_is_not_kept(program: Program, stream: Stream, in_studio: Studio) -> None:
    problem(program.post("streams/{id}/mute", {"muted": "perhaps"}, **{KEY: "k"}), 400)

    assert not KeptAnswer.objects.exists()
    assert program.post("streams/{id}/mute", {"muted": True}, **{KEY: "k"}).status_code == 202


def test_a_bug_leaves_neither_key_nor_effect(
    program: Program, stream: Stream, in_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip = control.skip

    def half(stream_id: Any) -> None:
        skip(stream_id)
        raise RuntimeError("died in between")

    monkeypatch.setattr(control, "skip", half)
    careful = Program(Client(raise_request_exception=False), stream, program.secret)
    problem(careful.post("streams/{id}/skip", **{KEY: "k"}), 500)

    assert state_of(stream).control_epoch == 0
    assert not KeptAnswer.objects.exists()
    monkeypatch.setattr(control, "skip", skip)
    assert program.post("streams/{id}/skip", **{KEY: "k"}).status_code == 202


def test_an_expired_key_is_forgotten(program: Program, stream: Stream, in_studio: Studio) -> None:
    program.post("streams/{id}/skip", **{KEY: "k"})
    KeptAnswer.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))

    assert "Idempotency-Replayed" not in program.post("streams/{id}/skip", **{KEY: "k"}).headers
    assert state_of(stream).control_epoch == 2


@pytest.mark.parametrize("key", ["k" * 101, "a\tb", "a\x7fb"])
def test_a_key_that_cannot_be_used(program: Program, key: str) -> None:
    body = problem(program.post("streams/{id}/skip", **{KEY: key}), 400)

    assert list(body["errors"]) == [KEY]


def test_a_token_keeps_a_bounded_number(in_studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "KEPT_MOST", 2)
    row = make_token(TokenKind.API)[0]
    for marker in "abc":
        make_kept_answer(row, marker)

    with unscoped("as the sweep does"):
        assert forget_surplus() == 1
    assert set(KeptAnswer.objects.values_list("key", flat=True)) == {"bkey", "ckey"}


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_happens(stream: Stream, client: Client) -> None:
    with studio_scope(stream.studio_id):
        secret = make_token(TokenKind.API, stream=stream)[1]
    answers: list[tuple[int, Any]] = []

    def call() -> None:
        answer = Program(Client(), stream, secret).post("streams/{id}/skip", **{KEY: "k"})
        answers.append((answer.status_code, answer.headers.get("Idempotency-Replayed")))
        connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers, key=str) == sorted([(202, None)] + [(202, "true")] * 7, key=str)
    with studio_scope(stream.studio_id):
        assert state_of(stream).control_epoch == 1
