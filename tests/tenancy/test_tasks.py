"""Starting tasks: by name, in the studio's name, on commit; and running them: in the scope they were started in."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, current_app
from django.db import transaction

from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy import tasks
from vtcontrol.tenancy.scope import current_studio_id, scoped_studio_id, studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tasks import StudioTask, SystemTask, enqueue

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Celery:
    """An application of the test's own, with a studio task and a sweep, and a broker in memory."""
    made = Celery("tests", broker="memory://", set_as_current=False)
    made.conf.task_ignore_result = True

    @made.task(name="probe.note", shared=False, base=StudioTask, bind=True, max_retries=2)
    def note(self: Any, **words: Any) -> None:
        seen.append((current_studio_id(), words, self.request.id, self.request.retries))
        if words.get("fail") and self.request.retries < 2:
            raise self.retry(countdown=0, exc=ZeroDivisionError())

    @made.task(name="probe.sweep", shared=False, base=SystemTask)
    def sweep() -> None:
        seen.append(scoped_studio_id())

    @made.task(name="probe.plain", shared=False)
    def plain() -> None:
        """A task with neither base."""

    seen: list[Any] = []
    made.seen = seen
    monkeypatch.setattr(tasks, "current_app", made)
    return made


@pytest.fixture
def sent(app: Celery, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to the broker."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(app.tasks["probe.note"], "apply_async", lambda **options: messages.append(options["kwargs"]))
    return messages


def test_a_task_starts_on_commit_with_its_studio_and_plain_values(
    in_studio: Studio, sent: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    turn_id = uuid7()

    with django_capture_on_commit_callbacks(execute=True):
        enqueue("probe.note", turn_id=turn_id, count=3)
        assert sent == []

    assert sent == [{"turn_id": str(turn_id), "count": 3, "studio_id": str(in_studio.pk)}]
    json.dumps(sent)


@pytest.mark.django_db(transaction=True)
def test_a_task_of_a_transaction_that_failed_never_starts(in_studio: Studio, sent: list[dict[str, Any]]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _enqueue_and_fail()

    assert sent == []
    enqueue("probe.note")
    assert len(sent) == 1


def _enqueue_and_fail() -> None:
    enqueue("probe.note")
    raise ZeroDivisionError


@pytest.mark.django_db
def test_the_studio_is_the_one_at_the_call_not_at_the_commit(
    studio: Studio, other_studio: Studio, sent: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with studio_scope(other_studio.pk), django_capture_on_commit_callbacks(execute=True), studio_scope(studio.pk):
        enqueue("probe.note")

    assert sent == [{"studio_id": str(studio.pk)}]


@pytest.mark.parametrize("name", ["probe.nothing", "probe.sweep", "probe.plain", ""])
def test_an_unknown_name_or_a_task_without_a_studio_is_an_error(name: str, app: Celery) -> None:
    with studio_scope(uuid7()), pytest.raises(LookupError):
        enqueue(name)


def test_nothing_starts_outside_a_scope(app: Celery) -> None:
    with pytest.raises(ScopeMissing):
        enqueue("probe.note")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_undo_what_was_saved(
    in_studio: Studio, app: Celery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_options: Any) -> None:
        raise ConnectionError("the broker is gone")

    monkeypatch.setattr(app.tasks["probe.note"], "apply_async", refuse)
    reached = []

    with caplog.at_level(logging.ERROR), transaction.atomic():
        enqueue("probe.note")
        transaction.on_commit(lambda: reached.append("the next hook"))

    assert reached == ["the next hook"]
    assert "the broker is gone" in caplog.text


def test_a_studio_task_runs_in_its_scope_and_leaves_it(app: Celery) -> None:
    studio_id = uuid7()

    app.tasks["probe.note"].apply(kwargs={"studio_id": str(studio_id), "word": "hi"}, throw=True)

    assert app.seen[0][:2] == (studio_id, {"word": "hi"})
    with pytest.raises(ScopeMissing):
        scoped_studio_id()


def test_a_studio_task_knows_its_request_and_can_retry(app: Celery) -> None:
    studio_id = uuid7()

    app.tasks["probe.note"].apply(kwargs={"studio_id": str(studio_id), "fail": True}, task_id="t-1")

    assert [(scope, task_id, retries) for scope, _words, task_id, retries in app.seen] == [
        (studio_id, "t-1", 0),
        (studio_id, "t-1", 1),
        (studio_id, "t-1", 2),
    ]


@pytest.mark.parametrize("studio_id", ["", "nonsense"])
def test_a_studio_task_without_a_proper_studio_does_nothing(studio_id: str, app: Celery) -> None:
    result = app.tasks["probe.note"].apply(kwargs={"studio_id": studio_id})

    assert result.failed()
    assert app.seen == []
    assert app.tasks["probe.note"].apply(kwargs={}).failed()


def test_a_sweep_runs_over_every_studio(app: Celery) -> None:
    app.tasks["probe.sweep"].apply(throw=True)

    assert app.seen == [None]


def test_every_task_of_ours_has_one_of_the_two_bases() -> None:
    ours = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}

    assert ours
    assert [name for name, task in ours.items() if not isinstance(task, StudioTask | SystemTask)] == []


def test_every_scheduled_task_is_a_sweep_that_exists() -> None:
    scheduled = {entry["task"] for entry in current_app.conf.beat_schedule.values()}

    assert scheduled
    assert [name for name in scheduled if not isinstance(current_app.tasks.get(name), SystemTask)] == []


def test_the_web_process_knows_every_task_by_name() -> None:
    look = "import vtcontrol.asgi, celery; print(*sorted(celery.current_app.tasks))"

    done = subprocess.run([sys.executable, "-c", look], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "live.perform" in done.stdout.split()
