import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from streams.models import Stream, StreamState, TurnState
from tests.admin.pages import address, page_text
from tests.factories.streams import make_event, make_turn
from tests.factories.tenancy import make_usage
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

INDEX = "/admin/"


def _set(stream: Stream, **values: Any) -> None:
    with studio_scope(stream.studio_id):
        StreamState.objects.filter(stream=stream).update(**values)


def test_an_empty_studio_is_led_to_its_first_show(as_owner: Client, studio: Studio) -> None:
    text = page_text(as_owner, INDEX)

    assert "Three steps to your first show" in text
    assert "/admin/personas/persona/add/" in text


def test_with_a_character_the_next_step_is_a_stream(as_owner: Client, character: Any) -> None:
    assert "/admin/streams/stream/add/" in page_text(as_owner, INDEX)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "No stage open"),
        ({"primary_until": dt.timedelta(minutes=1)}, "Live"),
        ({"primary_until": dt.timedelta(minutes=1), "is_muted": True}, "Muted"),
        ({"panicked_at": dt.timedelta(minutes=-1)}, "Panic: silent"),
    ],
)
def test_a_stream_says_in_a_word_how_it_stands(
    state: dict[str, Any], said: str, as_observer: Client, stream: Stream
) -> None:
    now = timezone.now()
    _set(stream, **{name: now + value if isinstance(value, dt.timedelta) else value for name, value in state.items()})

    assert said in page_text(as_observer, INDEX)


def test_what_is_spoken_now_waits_and_was_said_is_shown(as_observer: Client, stream: Stream, studio: Studio) -> None:
    with studio_scope(studio.pk):
        make_event(stream)
        make_event(stream, state=EventState.ANSWERED)
        make_turn(stream, text="An older line.", started_at=timezone.now() - dt.timedelta(minutes=2))
        make_turn(stream, text="A line being said.", state=TurnState.SPEAKING)
        make_usage(stream=stream)

    answer = as_observer.get(INDEX)

    live = answer.context["live_streams"][0]
    assert (live.waiting, live.is_speaking, live.turn.text) == (1, True, "A line being said.")
    assert live.latency == "85 ms"
    text = answer.content.decode()
    assert "Speaking now" in text
    assert "An older line." in text
    assert ">120<" in text  # the tokens of today


def test_the_engine_in_trouble_is_named(as_observer: Client, stream: Stream) -> None:
    _set(stream, brain_note="openai|no answer in time")

    assert "openai: no answer in time" in page_text(as_observer, INDEX)


def test_the_page_asks_for_its_live_part_alone(as_observer: Client, stream: Stream) -> None:
    answer = as_observer.get(INDEX, headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert text.lstrip().startswith('<div id="vt-live"')
    assert stream.name in text
    assert "nav-sidebar" not in text


def test_the_live_part_needs_a_place_in_the_studio(stream: Stream) -> None:
    assert Client().get(INDEX, headers={"HX-Request": "true"}).status_code == 302


def test_the_buttons_are_those_of_the_role(
    as_owner: Client, as_moderator: Client, as_observer: Client, stream: Stream
) -> None:
    panic, links = address(stream, "panic"), address(stream, "links")

    shown = [
        (panic in text, links in text)
        for text in (page_text(one, INDEX) for one in (as_owner, as_moderator, as_observer))
    ]

    assert shown == [(True, True), (True, False), (False, False)]


def test_panic_from_the_control_room_leads_back_to_it(as_moderator: Client, stream: Stream) -> None:
    answer = as_moderator.post(address(stream, "panic"), {"back": "home"})

    assert answer["Location"] == INDEX
    assert "Panic: silent" in page_text(as_moderator, INDEX)


def test_a_released_stream_is_released(as_moderator: Client, stream: Stream) -> None:
    _set(stream, panicked_at=timezone.now())

    as_moderator.post(address(stream, "release"))

    assert "Panic: silent" not in page_text(as_moderator, INDEX)


def test_a_stream_without_a_state_row_still_has_a_page(as_owner: Client, stream: Stream, studio: Studio) -> None:
    with studio_scope(studio.pk):
        StreamState.objects.filter(stream=stream).delete()

    assert "No stage open" in page_text(as_owner, INDEX)
    assert stream.name in page_text(as_owner, address(stream))
