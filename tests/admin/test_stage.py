"""The stage in the admin: a layout whose change reaches open pages, and pages of which one is made primary."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from streams import hints
from streams.hints import stage_group
from streams.models import RANGES, StageLayout, StagePage, Stream, StreamState
from tests.admin.pages import address, errors, page_text, save
from tests.factories.streams import make_page
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import studio_scope

Commit = Callable[..., Any]


class Wire:
    """A channel layer that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.sent.append((group, message))

    def frames(self, group: str) -> list[dict[str, Any]]:
        """The JSON frames sent to a group."""
        return [json.loads(part) for name, message in self.sent if name == group for part in message["parts"]]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    made = Wire()
    monkeypatch.setattr(hints, "get_channel_layer", lambda: made)
    return made


def layout_of(stream: Stream) -> StageLayout:
    with studio_scope(stream.studio_id):
        found: StageLayout = StageLayout.objects.get(stream=stream)
        return found


def page_of(stream: Stream, **fields: Any) -> StagePage:
    with studio_scope(stream.studio_id):
        return make_page(stream, **fields)


def test_a_stream_leads_to_its_layout_and_the_mini_stage_has_its_look(as_manager: Client, stream: Stream) -> None:
    answer = as_manager.get(address(stream, "layout"), follow=True)

    text = answer.content.decode()
    assert "rehearsal=1" in text
    assert answer.context["stage_look"]
    assert json.loads(answer.context["stage_look"])["characters"][0]["key"] == "first"
    assert str(stream.persona_id) in json.loads(answer.context["stage_guests"])


def test_a_saved_layout_reaches_the_open_pages_at_once(
    as_manager: Client, stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Commit
) -> None:
    url = address(layout_of(stream))
    with django_capture_on_commit_callbacks(execute=True):
        answer = save(as_manager, url, figure_x="12.5", is_mirrored="on", subtitle_words="light", volume="60")

    assert answer.status_code == 302
    [look] = [
        json.loads(part) for group, message in wire.sent if group == stage_group(stream.pk) for part in message["parts"]
    ]
    assert look["type"] == "look"
    assert look["characters"][0]["place"] == {"x": 12.5, "y": 0, "height": 68, "mirrored": True}
    assert (look["layout"]["subtitles"]["words"], look["audio"]["volume"]) == ("light", 60)


def test_a_changed_stream_reaches_them_too(
    as_manager: Client, stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Commit
) -> None:
    form = read_form(as_manager.get(address(stream)).content)
    del form["shows_badge"]
    with django_capture_on_commit_callbacks(execute=True):
        as_manager.post(address(stream), {**form, "_save": "Save"})

    looks = [
        json.loads(part) for group, message in wire.sent if group == stage_group(stream.pk) for part in message["parts"]
    ]
    assert [look["badge"] for look in looks] == [False]


@pytest.mark.parametrize("field", RANGES)
@pytest.mark.parametrize("side", [0, 1])
def test_numbers_out_of_range_are_refused(as_manager: Client, stream: Stream, field: str, side: int) -> None:
    beyond = RANGES[field][side] + (1 if side else -1)

    answer = save(as_manager, address(layout_of(stream)), **{field: str(beyond)})

    assert errors(answer)
    assert getattr(layout_of(stream), field) == RANGES[field][2]


def test_a_reset_puts_everything_back(as_manager: Client, stream: Stream) -> None:
    save(as_manager, address(layout_of(stream)), figure_x="12.5", subtitle_size="90")

    as_manager.post(address(layout_of(stream), "reset"))

    assert (layout_of(stream).figure_x, layout_of(stream).subtitle_size) == (82, 45)


def test_a_moderator_sees_the_open_pages_and_makes_another_one_primary(as_moderator: Client, stream: Stream) -> None:
    page = page_of(stream, is_obs=True, width=1920, height=1080, fps=60)
    preview = page_of(stream, is_preview=True)
    url = address(stream, "pages")

    text = page_text(as_moderator, url)
    as_moderator.post(url, {"primary": page.page})

    assert "1920 × 1080" in text
    assert "In OBS" in text
    assert preview.page not in text.replace(str(preview), "")
    with studio_scope(stream.studio_id):
        assert StreamState.objects.get(stream=stream).primary_page == page.page


def test_an_observer_sees_no_buttons_for_pages(as_observer: Client, stream: Stream) -> None:
    page = page_of(stream)

    answer = as_observer.post(address(stream, "pages"), {"primary": page.page})

    assert answer.status_code == 403


def test_a_page_that_went_away_is_said_to_be_gone(as_manager: Client, stream: Stream) -> None:
    answer = as_manager.post(address(stream, "pages"), {"primary": "gone"}, follow=True)

    assert "not open any more" in answer.content.decode()
