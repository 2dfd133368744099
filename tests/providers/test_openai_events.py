"""Reading server-sent events: whatever the cuts, the same text; whatever the rubbish, a name for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtcontrol.kernel.errors import Fault
from workers.providers.openai_events import ChatReader
from workers.providers.openai_faults import Declined, Garbled

DONE = b"data: [DONE]\n\n"


def event(content: object, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": more.pop("finish_reason", None)}
    return b"data: " + json.dumps({"choices": [choice], **more}, ensure_ascii=False).encode() + b"\n\n"


def read(body: bytes, sizes: list[int] | None = None, most_chars: int = 10_000) -> tuple[str, ChatReader]:
    reader = ChatReader("asked", most_chars)
    text, at = "", 0
    for size in sizes or []:
        text += reader.feed(body[at : at + size])
        at += size
    text += reader.feed(body[at:])
    return text + reader.finish(), reader


@given(
    words=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8),
    sizes=st.lists(st.integers(1, 40), max_size=60),
    ending=st.sampled_from([b"\n", b"\r\n"]),
)
def test_any_cutting_gives_the_same_text(words: list[str], sizes: list[int], ending: bytes) -> None:
    body = b"".join(event(word) for word in words) + event("", finish_reason="stop") + DONE

    text, reader = read(body.replace(b"\n", ending), sizes)

    assert text == "".join(words)
    assert reader.is_done


@given(st.binary(max_size=400))
def test_rubbish_never_raises_anything_else(rubbish: bytes) -> None:
    try:
        read(rubbish + b"\n\n" + event("x") + DONE)
    except (Garbled, Declined):
        return


def test_comments_names_and_events_over_several_lines_are_understood() -> None:
    body = b': keep-alive\n\nevent: message\nid: 7\ndata: {"choices": [{"delta":\ndata: {"content": "Hi"}}]}\n\n'

    text, _ = read(body + DONE)

    assert text == "Hi"


def test_missing_space_and_missing_blank_line_at_the_end_are_forgiven() -> None:
    text, _ = read(b'data:{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}')

    assert text == "Hi"


def test_thoughts_refusals_and_tool_calls_are_not_spoken() -> None:
    silent = [
        {"reasoning_content": "hm"},
        {"reasoning": "hm"},
        {"refusal": "no"},
        {"tool_calls": [{}]},
        {"content": None},
    ]
    body = b"".join(b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n" for delta in silent)

    text, _ = read(body + event("Hi") + DONE)

    assert text == "Hi"


def test_content_in_parts_is_joined() -> None:
    text, _ = read(event([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]) + DONE)

    assert text == "Hello"


def test_usage_comes_from_whichever_event_has_it() -> None:
    usage = {"prompt_tokens": 12, "completion_tokens": 3}
    body = event("Hi", model="real-name") + b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"

    _, reader = read(event("", finish_reason="stop") + body + DONE)

    told = reader.usage()
    assert (told.prompt_tokens, told.completion_tokens, told.model, told.finish_reason) == (12, 3, "real-name", "stop")


def test_nothing_after_the_end_counts() -> None:
    text, _ = read(event("Hi") + DONE + event(" again") + b"data: {broken\n\n")

    assert text == "Hi"


def test_answer_longer_than_allowed_is_cut() -> None:
    text, reader = read(event("abcdef") + event("ghi") + DONE, most_chars=4)

    assert (text, reader.finish_reason) == ("abcd", "length")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "empty answer"),
        (DONE, "empty answer"),
        (event("", finish_reason="content_filter") + DONE, "empty answer, content_filter"),
        (event("Hi"), "breaks off"),
        (b"data: {oops\n\n", "not JSON"),
        (b"data: " + b"[" * 100_000 + b"\n\n", "not JSON"),
        (b"data: 7\n\n", "not a chat completion"),
        (b'data: {"choices": [7]}\n\n', "not a chat completion"),
        (b"data: \xff\xfe\n\n", "not JSON"),
        (b"data: " + b"x" * 300_000, "endless event"),
        (b"data: x\n" * 300_000, "endless event"),
    ],
)
def test_what_is_no_answer_is_garbled(body: bytes, detail: str) -> None:
    with pytest.raises(Garbled, match=detail):
        read(body)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        ({"message": "The model crashed", "type": "server_error"}, Fault.SERVER),
        ({"message": "Rate limit reached", "code": "rate_limit_exceeded"}, Fault.RATE_LIMITED),
        ("out of memory", Fault.SERVER),
    ],
)
def test_error_inside_a_stream_is_a_failure_of_the_server(error: object, fault: Fault) -> None:
    with pytest.raises(Declined) as caught:
        read(b"data: " + json.dumps({"error": error}).encode() + b"\n\n")

    assert caught.value.fault is fault
