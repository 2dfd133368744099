"""Pages of lists: complete, without doubles, stable while rows come, narrow for a narrow token."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from memory.models import Memory
from relationships.models import Viewer
from streams.models import InboxEvent, Stream
from tests.api.conftest import Program, problem
from tests.conftest import OTHER
from tests.factories.memory import make_memory
from tests.factories.relationships import make_identity, make_viewer
from tests.factories.streams import make_event, make_rule, make_segment, make_stream, make_turn
from tests.live.scenes import arrive, chat
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

LISTS = ["streams", "personas", "viewers", "memory/memories", "rules"]
OF_STREAM = ["events", "turns", "transcript"]


def whole(program: Program, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every item, page by page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        body = program.get(path, {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}).json()
        items += body["items"]
        if not (cursor := body["next"]):
            return items


def test_pages_hold_every_event_once_newest_first(program: Program, stream: Stream, in_studio: Studio) -> None:
    arrive(stream, *(chat(f"line {number}") for number in range(7)))

    items = whole(program, "streams/{id}/events")

    assert [one["text"] for one in items] == [f"line {number}" for number in reversed(range(7))]


def test_a_cursor_is_stable_while_rows_come(program: Program, stream: Stream, in_studio: Studio) -> None:
    arrive(stream, *(chat(f"line {number}") for number in range(4)))
    first = program.get("streams/{id}/events", {"limit": 2}).json()

    arrive(stream, chat("newer"))
    second = program.get("streams/{id}/events", {"limit": 2, "cursor": first["next"]}).json()
    again = program.get("streams/{id}/events", {"limit": 2, "cursor": first["next"]}).json()

    assert [one["text"] for one in second["items"]] == ["line 1", "line 0"]
    assert second == again
    assert second["next"] is None


def test_turns_come_with_their_segments(program: Program, stream: Stream, in_studio: Studio) -> None:
    event = make_event(stream)
    turn = make_turn(stream, event=event)
    make_segment(turn)

    (item,) = whole(program, "streams/{id}/turns")

    assert (item["id"], item["event"]) == (str(turn.pk), str(event.pk))
    assert [segment["number"] for segment in item["segments"]] == [0]


def test_the_transcript_joins_events_and_turns(program: Program, stream: Stream, in_studio: Studio) -> None:
    for number in range(3):
        event = make_event(stream, text=f"question {number}", platform_id=f"p{number}")
        make_turn(stream, event=event, text=f"answer {number}", state="heard")

    lines = whole(program, "streams/{id}/transcript")

    assert len(lines) == 6
    assert len({line["id"] for line in lines}) == 6
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)
    assert {line["turn"] for line in lines if line["who"] == "character"} == {
        line["turn"] for line in lines if line["who"] == "viewer"
    }


@pytest.mark.parametrize("path", [*LISTS, *(f"streams/{{id}}/{name}" for name in OF_STREAM)])
def test_a_list_costs_a_fixed_number_of_queries(
    program: Program, stream: Stream, in_studio: Studio, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        viewer = make_viewer(f"v{number}")
        make_identity(viewer, f"v{number}")
        event = make_event(stream, viewer=viewer, platform_id=f"p{number}")
        make_segment(make_turn(stream, event=event, state="heard"))
        make_memory(stream.persona, text=f"note {number}")
        make_rule(f"r{number}")
    program.get(path)

    with django_assert_max_num_queries(9):
        assert len(program.get(path).json()["items"]) in {1, 6, 12}


def test_filters_narrow(program: Program, stream: Stream, in_studio: Studio) -> None:
    arrive(stream, chat("old"), chat("other", platform="youtube"))
    InboxEvent.objects.filter(text="old").update(state="expired", received_at=timezone.now() - dt.timedelta(hours=2))

    def texts(**query: Any) -> set[str]:
        return {one["text"] for one in whole(program, "streams/{id}/events", **query)}

    assert texts(state="expired") == {"old"}
    assert texts(platform="youtube") == {"other"}
    assert texts(since=(timezone.now() - dt.timedelta(hours=1)).isoformat()) == {"other"}
    assert texts(kind="donation") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"cursor": "x" * 5000}, "cursor"),
        ({"state": "nonsense"}, "state"),
        ({"kind": "nonsense"}, "kind"),
        ({"since": "yesterday"}, "since"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ({"platform": "Not a slug"}, "platform"),
    ],
)
def test_a_query_that_cannot_be_used_names_its_field(program: Program, query: dict[str, str], field: str) -> None:
    assert list(problem(program.get("streams/{id}/events", query), 400)["errors"]) == [field]


def test_a_cursor_of_another_list_is_refused(program: Program, stream: Stream, in_studio: Studio) -> None:
    arrive(stream, *(chat(f"line {number}") for number in range(3)))
    cursor = program.get("streams/{id}/events", {"limit": 1}).json()["next"]

    for path in ("streams/{id}/turns", "streams/{id}/transcript", "viewers"):
        problem(program.get(path, {"cursor": cursor}), 400)


def test_a_token_of_one_stream_sees_what_belongs_to_it(
    program: Program, everywhere: Program, stream: Stream, in_studio: Studio
) -> None:
    second = make_stream(stream.persona, name="Second stage")
    regular, passer = make_viewer("Regular"), make_viewer("Passer")
    make_event(stream, viewer=regular)
    make_event(second, viewer=passer, platform_id="elsewhere")
    make_rule("Everywhere")
    make_rule("Second only", stream=second)

    def names(one: Program, path: str) -> set[str]:
        return {item["name"] for item in whole(one, path)}

    assert names(program, "streams") == {stream.name}
    assert names(everywhere, "streams") == {stream.name, second.name}
    assert len(names(program, "viewers")) == 1
    assert len(names(everywhere, "viewers")) == 2
    assert len(whole(program, "rules")) == 1
    assert len(whole(everywhere, "rules")) == 2


def test_who_opted_out_is_on_no_list(everywhere: Program, in_studio: Studio) -> None:
    make_viewer()
    Viewer.objects.update(has_opted_out=True)

    assert whole(everywhere, "viewers") == []


def test_memories_come_with_latest_change_first(everywhere: Program, stream: Stream, in_studio: Studio) -> None:
    first = make_memory(stream.persona, text="First")
    make_memory(stream.persona, text="Second")
    first.is_pinned = True
    first.save()

    assert [one["text"] for one in whole(everywhere, "memory/memories")] == ["First", "Second"]
    assert [one["text"] for one in whole(everywhere, "memory/memories", is_pinned="true")] == ["First"]
    assert Memory.objects.count() == 2


@pytest.mark.parametrize("path", LISTS)
def test_another_studio_is_on_no_list(everywhere: Program, other_stream: Stream, path: str) -> None:
    with studio_scope(other_stream.studio_id):
        make_viewer(OTHER)
        make_memory(other_stream.persona, OTHER)
        make_rule(OTHER)

    assert OTHER not in everywhere.get(path, {"limit": 100}).content.decode()
