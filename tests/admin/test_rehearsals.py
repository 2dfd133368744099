"""The admin of rehearsals: put together, watched, cancelled, and read side by side."""

from typing import Any

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from personas.models import Revision, RevisionState
from streams.models import RehearsalAnswer, RehearsalRun, RehearsalState, Stream
from tests.admin.pages import address, page_text
from tests.factories import personas, streams
from tests.factories.world import World
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

START = reverse("admin:streams_rehearsalrun_begin")


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.tasks["rehearsal.run"], "apply_async", lambda **_: None)


def _begin(client: Client, world: World, **changes: Any) -> Any:
    form = {"tried": "on_air", "against": "", "stream": world.stream.pk, "source": "house", **changes}
    return client.post(f"{START}?persona={world.persona.pk}", form)


def _newest(studio: Studio) -> RehearsalRun:
    with studio_scope(studio.pk):
        return RehearsalRun.objects.order_by("created_at", "pk").last()


def test_a_manager_tries_a_revision_against_what_is_on_air(as_manager: Client, world: World, studio: Studio) -> None:
    with studio_scope(studio.pk):
        revision = Revision.objects.filter(persona=world.persona).order_by("number").first()
    page = page_text(as_manager, f"{START}?persona={world.persona.pk}&tried={revision.pk}")
    assert f'value="{revision.pk}" selected' in page

    answer = _begin(as_manager, world, tried=revision.pk, against="on_air")

    run = _newest(studio)
    assert answer["Location"] == address(run)
    assert (run.tried_id, run.against_id, run.against_label, run.total) == (revision.pk, None, "On air", 58)
    page = page_text(as_manager, address(run))
    assert "0 of 58 answers" in page
    assert "The first answers are on their way" in page


def test_the_persona_has_a_button_that_leads_there(as_manager: Client, world: World) -> None:
    answer = as_manager.get(address(world.persona, "rehearse"))

    assert answer["Location"] == f"{START}?persona={world.persona.pk}"
    assert "Character" in page_text(as_manager, START)


def test_a_draft_has_a_button_that_tries_it_and_a_former_revision_has_none(
    as_manager: Client, world: World, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        former = personas.make_revision(world.persona, number=77)
        draft = personas.make_revision(world.persona, number=78)
        Revision.objects.filter(pk=draft.pk).update(state=RevisionState.DRAFT)

    answer = as_manager.get(address(draft, "rehearse"))

    assert "Rehearse this draft" in page_text(as_manager, address(draft, "change"))
    assert answer.headers["Location"].endswith(f"?persona={world.persona.pk}&tried={draft.pk}")
    assert "Rehearse this draft" not in page_text(as_manager, address(former, "change"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "broadcast"}, "Choose one."),
        ({"source": "file"}, "Choose one."),
        ({"against": "on_air"}, "That is the same"),
        ({"source": "file", "file": SimpleUploadedFile("x.yaml", b"hello")}, "This is no file of scenarios"),
    ],
)
def test_what_cannot_be_rehearsed_is_told(as_manager: Client, world: World, changes: Any, words: str) -> None:
    answer = _begin(as_manager, world, **changes)

    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_character_without_a_stream_is_led_to_one(as_manager: Client, world: World, studio: Studio) -> None:
    with studio_scope(studio.pk):
        alone = personas.make_persona("Alone-")

    assert "has no stream yet" in page_text(as_manager, f"{START}?persona={alone.pk}")


def test_both_answers_stand_side_by_side_and_the_prompt_on_demand(
    as_observer: Client, world: World, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        run = streams.make_rehearsal(world.stream, against_label="Draft 7", total=2, done=2)
        failed = [
            {"check": "length", "ok": False, "variant": "sentences", "values": {"sentences": 9, "sentences_most": 4}}
        ]
        streams.make_rehearsed(run, side="against", text="On and on.", emotions=["sad"], findings=failed)
        answer = RehearsalAnswer.objects.get(run=run, side="tried")

    page = page_text(as_observer, address(run))

    assert "Hello Mia!" in page
    assert "On and on." in page
    assert "Too long: 9 sentences, at most 4." in page
    assert "You are Mira." not in page
    prompt = reverse("admin:streams_rehearsalrun_prompt", args=[answer.pk])
    assert "You are Mira." in page_text(as_observer, prompt)


def test_a_page_of_many_answers_asks_as_often_as_one_of_few(as_owner: Client, stream: Stream, studio: Studio) -> None:
    with studio_scope(studio.pk):
        run = streams.make_rehearsal(stream)
    page_text(as_owner, address(run))
    with CaptureQueriesContext(connection) as few:
        page_text(as_owner, address(run))
    with studio_scope(studio.pk):
        for step in range(1, 9):
            streams.make_rehearsed(run, step=step)

    with CaptureQueriesContext(connection) as many:
        page_text(as_owner, address(run))

    assert len(many) == len(few) <= 10


def test_moderators_and_observers_start_and_cancel_nothing(
    as_moderator: Client, as_observer: Client, world: World, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        run = streams.make_rehearsal(world.stream, state=RehearsalState.WAITING)

    for client in (as_moderator, as_observer):
        assert client.get(START).status_code == 403
        assert _begin(client, world).status_code == 403
        assert client.post(address(run, "cancel")).status_code == 403
    assert _newest(studio).state == RehearsalState.WAITING


def test_a_manager_cancels_and_twice_is_told(as_manager: Client, world: World, studio: Studio) -> None:
    with studio_scope(studio.pk):
        run = streams.make_rehearsal(world.stream, state=RehearsalState.WAITING)

    as_manager.post(address(run, "cancel"))
    again = as_manager.post(address(run, "cancel"), follow=True)

    assert _newest(studio).state == RehearsalState.CANCELLED
    assert "It is over already." in again.content.decode()
