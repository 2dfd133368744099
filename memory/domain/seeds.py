"""Seed files: memories and lore kept beside a character, as YAML or JSON. Owns reading them, line by line. Pure.

The format, version 1::

    format: vtcontrol.seeds
    version: 1
    memories:
      - {key: cat, text: I have a cat called Biscuit., tags: [pets], importance: 0.8}
    lore:
      - {key: lane, keys: [Lantern Lane, the lane], content: The street the studio is in.}

`key` is what an entry is known by from one load to the next. An entry's other fields are those of the row.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from personas.domain.cards.plain_json import MARKS, UNFIT

try:
    from yaml import CSafeLoader as Base
except ImportError:  # no libyaml: slower, and the same
    from yaml import SafeLoader as Base  # type: ignore[assignment]  # both load plain values

FORMAT, VERSION = "vtcontrol.seeds", 1
FILE_LARGEST = 1024 * 1024
ENTRIES_MOST = 2000
KEY_LONGEST = 80
NODES_MOST = 100_000
"""So many names and values a file may have: more than all fields of all entries are."""
DEPTH_MOST = 12
NUMBERS = {
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z"),
    "tag:yaml.org,2002:float": re.compile(
        r"[-+]?(?:[0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?\Z|[-+]?\.(?:inf|nan)\Z"
    ),
}
Lines = dict[str, list[int]]


class Part(StrEnum):
    """The lists of a file."""

    MEMORIES = "memories"
    LORE = "lore"


class Flaw(StrEnum):
    """What is wrong with a file or an entry."""

    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"
    NAMED_TWICE = "named_twice"
    OTHER_FORMAT = "other_format"
    NO_LIST = "no_list"
    TOO_MANY = "too_many"
    EMPTY = "empty"
    NO_ENTRY = "no_entry"
    UNFIT = "unfit"
    NO_KEY = "no_key"
    KEY_TWICE = "key_twice"


@dataclass(frozen=True, slots=True)
class Problem:
    """A flaw and where it is.

    Attributes:
        flaw: What is wrong.
        line: Line of the file, from 1; 0 when it is the file as a whole.
        part: List it stands in, or "".
        key: Key of the entry, or "".
    """

    flaw: Flaw
    line: int = 0
    part: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file: its key, its line from 1, and its other fields as they stand there."""

    part: Part
    key: str
    line: int
    values: Mapping[str, Any]


class SeedsInvalid(Exception):
    """A file cannot be used at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.flaw)
        self.problem = problem


def read_seeds(raw: bytes) -> tuple[list[Entry], list[Problem]]:
    """Return the entries of a file in order, and what is wrong with others.

    Raises:
        SeedsInvalid: It is too large, no file of seeds, or holds nothing.
    """
    content, lines = _parsed(raw)
    if not isinstance(content, Mapping) or (content.get("format"), content.get("version")) != (FORMAT, VERSION):
        raise SeedsInvalid(Problem(Flaw.OTHER_FORMAT))
    lists = {part: content.get(part.value) or [] for part in Part}
    for part, rows in lists.items():
        if not isinstance(rows, list):
            raise SeedsInvalid(Problem(Flaw.NO_LIST, part=part))
    if not 0 < sum(map(len, lists.values())) <= ENTRIES_MOST:
        raise SeedsInvalid(Problem(Flaw.TOO_MANY if any(lists.values()) else Flaw.EMPTY))
    entries: list[Entry] = []
    problems: list[Problem] = []
    for part, rows in lists.items():
        for found in _entries(part, rows, lines.get(part, [])):
            (entries if isinstance(found, Entry) else problems).append(found)  # type: ignore[arg-type]  # told apart
    return entries, problems


def _entries(part: Part, rows: list[Any], lines: list[int]) -> Iterator[Entry | Problem]:
    seen: set[str] = set()
    for row, line in zip(rows, lines, strict=True):
        key = row.get("key") if isinstance(row, Mapping) else None
        if not isinstance(row, Mapping):
            yield Problem(Flaw.NO_ENTRY, line, part)
        elif any(UNFIT.search(text) for text in _texts(row)):
            yield Problem(Flaw.UNFIT, line, part)
        elif not isinstance(key, str) or not 0 < len(key) <= KEY_LONGEST or not key.isprintable():
            yield Problem(Flaw.NO_KEY, line, part)
        elif key in seen:
            yield Problem(Flaw.KEY_TWICE, line, part, key)
        else:
            seen.add(key)
            yield Entry(part, key, line, {name: value for name, value in row.items() if name != "key"})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(name)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _parsed(raw: bytes) -> tuple[Any, Lines]:
    """Return what a file says, and the line of each entry."""
    if len(raw) > FILE_LARGEST:
        raise SeedsInvalid(Problem(Flaw.TOO_LARGE))
    try:
        text = raw.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            _measure_json(text)
            return json.loads(text, object_pairs_hook=_once), _json_lines(text)
        _measure(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        _check_names(node)
        return (loader.construct_document(node), _yaml_lines(node)) if node is not None else (None, {})
    except yaml.MarkedYAMLError as error:
        line = min(error.problem_mark.line, text.count("\n")) + 1 if error.problem_mark else 0  # not past the end
        raise SeedsInvalid(Problem(Flaw.NOT_A_FILE, line)) from None
    except json.JSONDecodeError as error:
        raise SeedsInvalid(Problem(Flaw.NOT_A_FILE, error.lineno)) from None
    except (ValueError, RecursionError, yaml.YAMLError):
        raise SeedsInvalid(Problem(Flaw.NOT_A_FILE)) from None


class _Loader(Base):
    """Plain values only. Numbers are decimal: `1:1:1` and the like are words, and no name merges anything in."""


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, NUMBERS.get(tag, found)) for tag, found in pairs if tag != "tag:yaml.org,2002:merge"]
    for sign, pairs in Base.yaml_implicit_resolvers.items()
}


def _measure(text: str) -> None:
    """Refuse what is too much before anything is built of it, and what is no plain value.

    An alias makes small files large, a tag makes what is no plain value.
    """
    depth = nodes = 0
    event: Any
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        is_plain = not (
            isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None)
        )
        if not is_plain or depth > DEPTH_MOST:
            raise SeedsInvalid(Problem(Flaw.NOT_A_FILE, event.start_mark.line + 1))
        if nodes > NODES_MOST:
            raise SeedsInvalid(Problem(Flaw.TOO_MUCH, event.start_mark.line + 1))


def _check_names(root: Any) -> None:
    """Refuse a name that is given twice."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for name, value in node.value:
                if isinstance(name, yaml.ScalarNode) and name.value in seen:
                    raise SeedsInvalid(Problem(Flaw.NAMED_TWICE, name.start_mark.line + 1))
                seen.add(str(name.value))
                waiting.append(value)


def _measure_json(text: str) -> None:
    """Refuse depth, as `_measure` does."""
    depth = 0
    for mark in MARKS.finditer(text):
        depth += (mark[0] in "[{") - (mark[0] in "]}")
        if depth > DEPTH_MOST:
            raise SeedsInvalid(Problem(Flaw.NOT_A_FILE, text.count("\n", 0, mark.start()) + 1))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise SeedsInvalid(Problem(Flaw.NAMED_TWICE))
    return found


def _yaml_lines(node: Any) -> Lines:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {
        name.value: [one.start_mark.line + 1 for one in rows.value]
        for name, rows in pairs
        if isinstance(rows, yaml.SequenceNode)
    }


_DECODER = json.JSONDecoder()


def _json_lines(text: str) -> Lines:
    """Return the lines of the entries of a text that is JSON, an object."""
    lines: Lines = {}
    place = _next(text, text.index("{") + 1)
    while text[place] != "}":
        name, place = _DECODER.raw_decode(text, place)
        place = _next(text, _next(text, place) + 1)  # past the colon
        if text[place] == "[":
            lines[name], place = _item_lines(text, place)
        else:
            _value, place = _DECODER.raw_decode(text, place)
        place = _past_comma(text, place)
    return lines


def _item_lines(text: str, place: int) -> tuple[list[int], int]:
    """Return the line of each item of a list that begins at a place, and where it ends."""
    lines, line, counted = [], text.count("\n", 0, place) + 1, place
    place = _next(text, place + 1)
    while text[place] != "]":
        line, counted = line + text.count("\n", counted, place), place
        lines.append(line)
        _value, place = _DECODER.raw_decode(text, place)
        place = _past_comma(text, place)
    return lines, place + 1


def _past_comma(text: str, place: int) -> int:
    place = _next(text, place)
    return _next(text, place + 1) if text[place] == "," else place


def _next(text: str, place: int) -> int:
    """Return where the next sign stands that is no space."""
    while text[place] in " \t\r\n":
        place += 1
    return place
