"""IRC as it comes over a wire: bytes into lines, lines into messages with IRCv3 tags.

Owns the framing and the escapes (https://ircv3.net/specs/extensions/message-tags). Pure; it must not know what any
command means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LINE_LONGEST = 16_384
"""Bytes. Twitch sends at most 8,191 of tags and 512 of the rest; what is longer is not Twitch."""
_COMMAND = re.compile(r"[A-Za-z]{1,20}|[0-9]{3}")
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_TO_ESCAPE = {plain: f"\\{letter}" for letter, plain in _ESCAPES.items()}


@dataclass(frozen=True, slots=True)
class IrcMessage:
    """One line, taken apart.

    Attributes:
        command: Upper case, such as "PRIVMSG", or three digits.
        params: Its parameters, the trailing one last.
        nick: Who sent it: the prefix up to its "!", or "".
        tags: IRCv3 tags, unescaped.
    """

    command: str
    params: tuple[str, ...] = ()
    nick: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        """The channel it is about, in lower case without its "#", or ""."""
        first = self.params[0] if self.params else ""
        return first[1:].lower() if first.startswith("#") else ""

    @property
    def text(self) -> str:
        """What was said: the parameter behind the channel, or ""."""
        return self.params[1] if len(self.params) > 1 else ""


class LineBuffer:
    """Cuts what arrives into lines, however it was split on the way.

    Attributes:
        dropped: How many lines were longer than `LINE_LONGEST` and left out.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._is_too_long = False
        self.dropped = 0

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that are complete now, without their ends; empty ones are left out."""
        *ended, rest = data.split(b"\n")
        lines = []
        for piece in ended:
            self._keep(piece)
            if line := self._end_line():
                lines.append(line)
        self._keep(rest)
        return lines

    def _keep(self, piece: bytes) -> None:
        if self._is_too_long or len(self._pending) + len(piece) > LINE_LONGEST:
            self._is_too_long = True
            self._pending.clear()
        else:
            self._pending += piece

    def _end_line(self) -> str:
        self.dropped += self._is_too_long
        line = self._pending.rstrip(b"\r").decode(errors="replace")
        self._pending.clear()
        self._is_too_long = False
        return line


def unescape(value: str) -> str:
    """Return a tag's value as meant: an unknown escape is its letter, a lone backslash at the end is nothing."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)


def escape(value: str) -> str:
    """Return a text as the value of a tag."""
    return "".join(_TO_ESCAPE.get(char, char) for char in value)


def parse_line(line: str) -> IrcMessage | None:
    """Return the message of a line, or None when it is none."""
    tags: dict[str, str] = {}
    if line.startswith("@"):
        raw, _space, line = line[1:].partition(" ")
        tags = _tags(raw)
    line = line.lstrip(" ")
    nick = ""
    if line.startswith(":"):
        prefix, _space, line = line[1:].partition(" ")
        nick = prefix.partition("!")[0]
    head, colon, trailing = line.partition(" :")
    words = head.split()
    if not words or not _COMMAND.fullmatch(words[0]):
        return None
    params = (*words[1:], trailing) if colon else tuple(words[1:])
    return IrcMessage(words[0].upper(), params, nick, tags)


def _tags(raw: str) -> dict[str, str]:
    tags = {}
    for pair in raw.split(";"):
        key, _equals, value = pair.partition("=")
        if key:
            tags[key] = unescape(value)
    return tags
