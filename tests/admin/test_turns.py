import json
import zlib
from typing import Any

import pytest
from django.test import Client

from streams.models import InboxEvent, Turn, TurnState
from tests.admin.pages import address, page_text
from tests.factories.streams import make_event, make_rule, make_segment, make_turn
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

RECORD = {
    "messages": [{"role": "system", "content": "You are Mira."}, {"role": "user", "content": "<chat>hello</chat>"}],
    "sections": [
        {"name": "identity", "priority": 100, "tokens": 64, "kept": True},
        {"name": "knowledge", "priority": 10, "tokens": 300, "kept": False},
        {"name": "brand_new", "priority": 1, "tokens": 5, "kept": True},
    ],
    "counted_by": "o200k_base",
    "memories": [{"id": "0199-odd", "text": "Bo keeps bees.", "score": 0.821, "why": ["bees"]}],
    "rules": [{"clause": "what was stopped", "action": "replace", "reason": "x"}],
    "sampling": {"temperature": 0.85, "top_p": 0.9, "max_tokens": 160},
    "failures": ["openai: timeout"],
    "unknown_tags": 2,
}
TIMINGS = {"claimed": 6.0, "request_sent": 9.0, "first_token": 312.0, "first_audio": 508.0, "heard": 5400.0}
SCRIPT = "<script>alert(1)</script>"


def _packed(record: Any) -> bytes:
    return zlib.compress(json.dumps(record).encode())


@pytest.fixture
def turn(studio: Studio, stream: Any) -> Turn:
    with studio_scope(studio.pk):
        event = make_event(stream, author_name="Bo", text="Do you like bees?", state="answered")
        turn = make_turn(stream, event=event, prompt=_packed(RECORD), timings=TIMINGS, text="I adore bees.")
        make_segment(turn)
        rule = make_rule(name="No stings")
        turn.verdicts.create(rule=rule, rule_name=rule.name, action="replace", studio=studio)
    return turn


def test_a_line_is_explained(as_observer: Client, turn: Turn) -> None:
    text = page_text(as_observer, address(turn))

    for part in (
        "Why did it say that?", "Do you like bees?", "I adore bees.", "You are Mira.", "Bo keeps bees.", "0.82",
        "No stings", "what was stopped", "508 ms", "5.4 s", "First sound sent", "Who it is", "brand_new", "0.85",
        "openai: timeout", "counted by o200k_base",
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize(
    "prompt",
    [
        None, b"", b"not zlib", zlib.compress(b"not json"), _packed([]), _packed({}), _packed({"messages": "x"}),
        _packed({"sections": [{"name": None, "tokens": "many"}], "memories": [3, {}], "sampling": []}),
        zlib.compress(b'"' + b"x" * 8_000_000 + b'"'),
    ],
)  # fmt: skip
def test_a_missing_or_odd_record_breaks_no_page(prompt: bytes | None, as_observer: Client, turn: Turn) -> None:
    with studio_scope(turn.studio_id):
        Turn.objects.filter(pk=turn.pk).update(prompt=prompt, timings={"first_audio": "soon", "claimed": -1})

    assert "I adore bees." in page_text(as_observer, address(turn))


def test_a_turn_without_event_and_words_has_a_page(as_observer: Client, studio: Studio, stream: Any) -> None:
    with studio_scope(studio.pk):
        turn = make_turn(stream, text="", heard_text="", timings={}, state=TurnState.FAILED, reason="timeout")

    assert "No answer in time" in page_text(as_observer, address(turn))
    assert "No answer in time" in page_text(as_observer, address(Turn, "changelist"))


def test_what_viewers_write_is_shown_as_text(as_observer: Client, studio: Studio, stream: Any) -> None:
    with studio_scope(studio.pk):
        event = make_event(stream, author_name=SCRIPT, text=SCRIPT)
        turn = make_turn(stream, event=event, text=SCRIPT, prompt=_packed({"messages": [{"content": SCRIPT}]}))

    pages = [address(turn), address(Turn, "changelist"), address(event), address(InboxEvent, "changelist"), "/admin/"]
    for page in pages:
        text = page_text(as_observer, page)
        assert SCRIPT not in text, page
        assert "&lt;script&gt;" in text, page


def test_records_are_for_reading_only(as_owner: Client, turn: Turn) -> None:
    answer = as_owner.post(address(turn), {"text": "I said something else.", "_save": "Save"})

    assert answer.status_code == 200
    with studio_scope(turn.studio_id):
        turn.refresh_from_db()
    assert turn.text == "I adore bees."


def test_events_are_filtered_by_state_and_reason(as_observer: Client, studio: Studio, stream: Any) -> None:
    with studio_scope(studio.pk):
        make_event(stream, text="Too old.", state="expired", reason="stale")
        make_event(stream, text="Fine.", state="answered")

    text = page_text(as_observer, f"{address(InboxEvent, 'changelist')}?state__exact=expired&reason=stale")

    assert "Too old." in text
    assert "Too old to answer" in text
    assert "Fine." not in text


def test_a_foreign_turn_looks_like_one_that_never_was(as_observer: Client, other_stream: Any, turn: Turn) -> None:
    with studio_scope(other_stream.studio_id):
        foreign = make_turn(other_stream)
    unknown = address(turn).replace(str(turn.pk), "0198c0de-0000-7000-8000-000000000000")

    answers = [as_observer.get(url) for url in (address(foreign), unknown)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert as_observer.get(address(foreign, "history")).status_code == 404
