"""Framing and escapes of IRC: however the bytes were split, the lines are the same; nothing that comes breaks it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.links.irc import LINE_LONGEST, LineBuffer, escape, parse_line, unescape

WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\0"), max_size=40)


def lines_of(*frames: bytes) -> list[str]:
    buffer = LineBuffer()
    return [line for frame in frames for line in buffer.feed(frame)]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[begin:end] for begin, end in itertools.pairwise(edges)]


@given(data=st.binary(max_size=400), places=st.lists(st.integers(0, 10_000), max_size=12))
def test_any_split_of_any_bytes_gives_the_same_lines(data: bytes, places: list[int]) -> None:
    assert lines_of(*cut(data, places)) == lines_of(data)


@given(
    lines=st.lists(WORDS, max_size=8),
    ends=st.sampled_from(["\r\n", "\n"]),
    places=st.lists(st.integers(0, 10_000), max_size=12),
)
def test_what_was_sent_as_lines_comes_as_lines(lines: list[str], ends: str, places: list[int]) -> None:
    data = "".join(line + ends for line in lines).encode()

    assert lines_of(*cut(data, places)) == [line for line in lines if line]


@pytest.mark.parametrize("size", [LINE_LONGEST + 1, 3 * LINE_LONGEST])
@pytest.mark.parametrize("step", [1000, 1 << 20])
def test_a_line_that_is_too_long_is_left_out_and_the_next_one_is_not(size: int, step: int) -> None:
    data = b"x" * size + b"\r\nPING :still here\r\n"
    buffer = LineBuffer()

    lines = [line for at in range(0, len(data), step) for line in buffer.feed(data[at : at + step])]

    assert lines == ["PING :still here"]
    assert buffer.dropped == 1


def test_a_line_of_just_the_longest_length_is_kept() -> None:
    assert lines_of(b"x" * LINE_LONGEST + b"\n") == ["x" * LINE_LONGEST]


def test_bytes_that_are_no_text_become_marks_and_harm_no_other_line() -> None:
    assert lines_of(b"\xff\xfe\r\nPING :a\r\n") == ["\ufffd\ufffd", "PING :a"]


def test_line_separators_of_unicode_end_no_line() -> None:
    assert lines_of("one\u2028two\x85three\r\n".encode()) == ["one\u2028two\x85three"]


@given(st.text())
def test_unescape_undoes_escape(text: str) -> None:
    assert unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (r"raid\sof\s15\sfrom\sTest", "raid of 15 from Test"),
        (r"a\:b\\c\rd\ne", "a;b\\c\rd\ne"),
        (r"odd\b", "oddb"),
        ("lone\\", "lone"),
        (r"\\s", r"\s"),
        ("", ""),
    ],
)
def test_tags_are_unescaped_as_the_specification_says(value: str, meant: str) -> None:
    assert unescape(value) == meant


def test_a_line_is_taken_apart() -> None:
    message = parse_line(r"@id=1;display-name=B\so;empty=;flag :bo!bo@bo.tmi.twitch.tv PRIVMSG #Mira :hello :) there")

    assert message is not None
    assert (message.command, message.nick, message.channel) == ("PRIVMSG", "bo", "mira")
    assert message.text == "hello :) there"
    assert message.tags == {"id": "1", "display-name": "B o", "empty": "", "flag": ""}


@pytest.mark.parametrize(
    ("line", "command", "params"),
    [
        ("PING :tmi.twitch.tv", "PING", ("tmi.twitch.tv",)),
        (":tmi.twitch.tv RECONNECT", "RECONNECT", ()),
        (":tmi.twitch.tv 353 me = #mira :me you", "353", ("me", "=", "#mira", "me you")),
        ("@a=b :tmi.twitch.tv CLEARCHAT #mira", "CLEARCHAT", ("#mira",)),
        ("privmsg #mira :", "PRIVMSG", ("#mira", "")),
    ],
)
def test_lines_of_every_form_are_read(line: str, command: str, params: tuple[str, ...]) -> None:
    message = parse_line(line)

    assert message is not None
    assert (message.command, message.params) == (command, params)


@pytest.mark.parametrize(
    "line", ["", " ", "@", "@a=b", ":", ":prefix", "@a=b :prefix", "<html>", "PRIV-MSG #a :b", "12"]
)
def test_what_is_no_line_of_irc_is_none(line: str) -> None:
    assert parse_line(line) is None


@given(st.text())
def test_no_text_breaks_the_parser(line: str) -> None:
    parse_line(line)
    parse_line("@" + line)
    parse_line(f"@a={line} :b PRIVMSG #c :{line}")
