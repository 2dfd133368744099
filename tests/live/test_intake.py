"""Intake: whatever comes in is stored once, moderated, and ends in one state; nothing else reaches the live loop."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relationships.models import Identity, Viewer
from streams.domain.lines import TOLD_MOST
from streams.domain.ranks import Rank
from streams.hints import dock_group
from streams.models import Broadcast, InboxEvent, Stream, Verdict
from streams.services import control
from streams.services.intake import BATCH_MOST, accept_event
from tests.conftest import OTHER
from tests.factories.relationships import make_identity, make_viewer
from tests.factories.streams import make_rule
from tests.live.conftest import Wire
from tests.live.scenes import arrive, chat, says, state_of
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

Started = list[tuple[str, dict[str, Any]]]


def test_an_event_is_stored_and_wakes_the_live_loop(
    in_studio: Studio, stream: Stream, started: Started, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        accepted = accept_event(stream.pk, chat("Hello!"))

    row = InboxEvent.objects.get()
    assert (row.pk, row.state, row.received_at) == (accepted.id, EventState.WAITING, accepted.received_at)
    assert accepted.is_new
    assert (row.text, row.author_name, row.author_id, row.platform) == ("Hello!", "Bo", "id-bo", "twitch")
    assert row.viewer is not None
    assert row.broadcast == Broadcast.objects.get(stream=stream)
    assert started == [("live.perform", {"stream_id": str(stream.pk), "studio_id": str(in_studio.pk)})]


def test_the_same_event_twice_is_one_event(
    in_studio: Studio, stream: Stream, started: Started, django_capture_on_commit_callbacks: Any
) -> None:
    event = chat("Hello!")

    with django_capture_on_commit_callbacks(execute=True):
        first, again = accept_event(stream.pk, event), accept_event(stream.pk, event)

    assert again.id == first.id
    assert (first.is_new, again.is_new) == (True, False)
    assert InboxEvent.objects.count() == 1
    assert Viewer.objects.get().messages == 1
    assert len(started) == 1


def test_the_same_event_twice_in_one_batch_is_one_event(in_studio: Studio, stream: Stream) -> None:
    event = chat("Hello!")

    first, again = arrive(stream, event, event)

    assert first.id == again.id
    assert (first.is_new, again.is_new) == (True, False)
    assert InboxEvent.objects.count() == 1


def test_one_id_for_two_different_events_is_a_conflict(in_studio: Studio, stream: Stream) -> None:
    accept_event(stream.pk, chat("Hello!", platform_id="7"))

    with pytest.raises(Conflict):
        accept_event(stream.pk, chat("Something else", platform_id="7"))

    assert InboxEvent.objects.get().text == "Hello!"


def test_one_id_for_two_different_events_costs_a_batch_nothing_else(in_studio: Studio, stream: Stream) -> None:
    arrive(stream, chat("Hello!", platform_id="7"))

    accepted = arrive(
        stream, chat("Edited", platform_id="7"), chat("New", platform_id="8"), chat("Newer", platform_id="8")
    )

    assert [one.is_new for one in accepted] == [False, True, False]
    assert sorted(InboxEvent.objects.values_list("text", flat=True)) == ["Hello!", "New"]


def test_the_same_id_on_two_platforms_or_streams_is_two_events(in_studio: Studio, stream: Stream) -> None:
    accept_event(stream.pk, chat(platform_id="7"))
    accept_event(stream.pk, chat(platform_id="7", platform="youtube"))

    assert InboxEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_event_from_many_threads_at_once_is_one_event(in_studio: Studio, stream: Stream) -> None:
    event = chat("Hello!")

    def post(_: int) -> Any:
        try:
            with studio_scope(in_studio.pk):
                return accept_event(stream.pk, event)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        accepted = list(threads.map(post, range(12)))

    assert len({one.id for one in accepted}) == 1
    assert sum(one.is_new for one in accepted) == 1
    assert InboxEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "x" * 2001}, "text"),
        ({"platform": ""}, "platform_id"),
        ({"platform": "p" * 33}, "platform_id"),
        ({"platform_id": ""}, "platform_id"),
        ({"platform_id": "i" * 129}, "platform_id"),
        ({"platform_id": "a\0b"}, "platform_id"),
        ({"author_id": "a" * 129}, "author_id"),
        ({"author_id": "a\0b"}, "author_id"),
        ({"author_id": "a\ud800b"}, "author_id"),
    ],
)  # fmt: skip
def test_a_malformed_event_is_refused_with_all_that_came_with_it(
    in_studio: Studio, stream: Stream, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputInvalid) as refusal:
        arrive(stream, chat("Fine"), chat(**fields))

    assert refusal.value.field == field
    assert not InboxEvent.objects.exists()


def test_a_disabled_stream_takes_nothing_in(in_studio: Studio, stream: Stream) -> None:
    stream.is_enabled = False
    stream.save()

    with pytest.raises(Conflict):
        accept_event(stream.pk, chat())

    assert not InboxEvent.objects.exists()


def test_a_stream_of_an_inactive_studio_takes_nothing_in(in_studio: Studio, stream: Stream) -> None:
    in_studio.is_active = False
    in_studio.save()
    stream.save()  # what made the studio inactive moved its configuration's version

    with pytest.raises(Conflict):
        accept_event(stream.pk, chat())


def test_a_stream_that_is_not_there_or_not_ours_looks_the_same(
    in_studio: Studio, stream: Stream, other_stream: Stream
) -> None:
    for stream_id in (uuid7(), other_stream.pk):
        with pytest.raises(NotFound):
            accept_event(stream_id, chat(OTHER))


def test_in_a_panic_everything_is_cancelled_at_the_door(
    in_studio: Studio, stream: Stream, started: Started, django_capture_on_commit_callbacks: Any
) -> None:
    control.panic(stream.pk)

    with django_capture_on_commit_callbacks(execute=True):
        accepted = accept_event(stream.pk, chat())

    assert (accepted.state, accepted.reason) == (EventState.CANCELLED, "panic")
    assert InboxEvent.objects.get().decided_at is not None
    assert started == []


def test_an_ignored_viewer_is_passed_over(in_studio: Studio, stream: Stream) -> None:
    make_identity(make_viewer(is_ignored=True))

    row = says(stream, author_id="1001")

    assert (row.state, row.reason) == (EventState.PASSED_OVER, "ignored_viewer")


def test_an_event_of_a_viewer_who_opted_out_names_no_viewer(in_studio: Studio, stream: Stream) -> None:
    make_identity(make_viewer(has_opted_out=True))

    row = says(stream, author_id="1001")

    assert row.state == EventState.WAITING
    assert row.viewer_id is None


def test_a_moderated_text_is_kept_as_evidence_and_never_answered(in_studio: Studio, stream: Stream) -> None:
    rule = make_rule()

    row = says(stream, "The spoiler is this.")

    assert (row.state, row.reason) == (EventState.PASSED_OVER, "moderated")
    assert row.text == "The spoiler is this."
    verdict = Verdict.objects.get()
    assert (verdict.rule, verdict.event, verdict.action) == (rule, row, "drop")


def test_words_a_rule_replaces_do_not_reach_the_character(in_studio: Studio, stream: Stream) -> None:
    make_rule(action="replace")

    row = says(stream, "The spoiler is this.")

    assert (row.state, row.text) == (EventState.WAITING, "The … is this.")


def test_a_name_a_rule_forbids_is_never_shown(in_studio: Studio, stream: Stream) -> None:
    make_rule()

    row = says(stream, "Hello!", author_name="Spoiler Sam")

    assert "spoiler" not in row.author_name.casefold()


@pytest.mark.parametrize(
    "text", ["Mira, hello", "hey @mira!", "hello MIRA?", "mira", "Mira: you there", "(Mira)", "it's Mira's show"]
)
def test_a_line_with_the_characters_name_is_a_mention(in_studio: Studio, stream: Stream, text: str) -> None:
    row = says(stream, text)

    assert row.is_mention
    assert row.priority == Rank.DIRECT


@pytest.mark.parametrize("text", ["Miracle!", "admiration", "hello"])
def test_a_line_without_the_characters_name_is_none(in_studio: Studio, stream: Stream, text: str) -> None:
    assert not says(stream, text).is_mention


def test_only_the_first_message_of_a_viewer_is_a_newcomers(in_studio: Studio, stream: Stream) -> None:
    first, second = says(stream, "hello there"), says(stream, "hello again")

    assert (first.is_first, second.is_first) == (True, False)
    assert (first.priority, second.priority) == (Rank.NEWCOMER, Rank.CHATTER)


def test_a_new_name_of_a_viewer_is_kept(in_studio: Studio, stream: Stream) -> None:
    says(stream, author_id="1", author_name="Bo")
    says(stream, author_id="1", author_name="Bo the Great")

    assert Identity.objects.get().name == "Bo the Great"
    assert Viewer.objects.get().name == "Bo the Great"


def test_what_is_not_text_is_taken_out(in_studio: Studio, stream: Stream) -> None:
    row = says(stream, "  a\0b\u0007 \n\t c \ud800 ", author_name=f"Bo\u0000\n{'o' * 100}")

    assert row.text == "ab c"
    assert row.author_name.startswith("Bo o")
    assert len(row.author_name) == 80


def test_a_batch_takes_as_many_queries_as_one_line(in_studio: Studio, stream: Stream) -> None:
    says(stream, author="Zoe")
    counts = []
    for size in (1, 20):
        batch = [chat(f"line {number}", f"viewer {size} {number}") for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            arrive(stream, *batch)
        counts.append(len(queries))

    assert counts[0] <= counts[1] <= counts[0] + 1 <= 16


def test_two_thousand_lines_are_one_batch_and_one_wake_up(
    in_studio: Studio, stream: Stream, started: Started, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    batch = [chat(f"line {number}", f"viewer {number % 700}") for number in range(BATCH_MOST)]

    with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as queries:
        accepted = arrive(stream, *batch)

    assert [one.is_new for one in accepted] == [True] * BATCH_MOST
    assert InboxEvent.objects.filter(state=EventState.WAITING).count() == BATCH_MOST
    assert Viewer.objects.count() == 700
    assert len(started) == 1
    assert len(queries) <= BATCH_MOST / 10  # SQLite inserts some forty rows at once, PostgreSQL all
    assert len(wire.frames(dock_group(stream.pk))) == TOLD_MOST


def test_a_newcomers_lines_of_one_batch_are_one_greeting(in_studio: Studio, stream: Stream) -> None:
    arrive(stream, chat("one"), chat("two"), chat("three"))

    assert list(InboxEvent.objects.order_by("id").values_list("is_first", flat=True)) == [True, False, False]


def test_an_empty_batch_and_one_too_long_are_refused(in_studio: Studio, stream: Stream) -> None:
    for batch in ([], [chat(str(number)) for number in range(BATCH_MOST + 1)]):
        with pytest.raises(InputInvalid):
            arrive(stream, *batch)


def test_docks_are_told_of_new_lines_with_consecutive_versions(
    in_studio: Studio, stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    before = state_of(stream).version

    with django_capture_on_commit_callbacks(execute=True):
        arrive(stream, chat("one"), chat("two"))

    frames = wire.frames(dock_group(stream.pk))
    assert [frame["version"] for frame in frames] == [before + 1, before + 2]
    assert [frame["line"]["text"] for frame in frames] == ["one", "two"]
    assert state_of(stream).version == before + 2


def test_a_batch_too_long_to_tell_leaves_a_gap_in_the_versions(
    in_studio: Studio, stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    before = state_of(stream).version

    with django_capture_on_commit_callbacks(execute=True):
        arrive(stream, *(chat(str(number)) for number in range(TOLD_MOST + 5)))

    versions = [frame["version"] for frame in wire.frames(dock_group(stream.pk))]
    assert versions == list(range(before + 2, before + 2 + TOLD_MOST))
    assert state_of(stream).version == versions[-1]


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_is_taken_in(in_studio: Studio, stream: Stream, kind: EventKind) -> None:
    row = says(stream, "", kind=kind)

    assert row.kind == kind
