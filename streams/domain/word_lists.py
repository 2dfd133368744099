"""Reading lists of words from files: what is in them, what was there already, and what cannot be used.

Owns the two formats (one entry a line, or a column of a table) and when two entries are the same. Pure: no files.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streams.domain.normalise import fold
from streams.domain.rule_texts import check_entry
from streams.domain.rules import RuleKind
from vtcontrol.kernel.errors import InputInvalid

ENTRIES_MOST = 20_000
PROBLEMS_MOST = 100
COMMENTS = ("#", "//", ";")
COLUMNS = ("word", "words", "phrase", "entry", "text", "term", "pattern", "name")
FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry that cannot be used: its row in the file, from 1, the entry and why."""

    row: int
    entry: str
    why: str


@dataclass(frozen=True, slots=True)
class WordList:
    """What a file holds.

    Attributes:
        entries: What is new and can be used, each once, in the file's order.
        known: How many were in the rule already.
        repeated: How many stood in the file before.
        comments: Lines that are none.
        problems: What cannot be used, up to `PROBLEMS_MOST`.
        problems_total: How many cannot.
    """

    entries: tuple[str, ...]
    known: int = 0
    repeated: int = 0
    comments: int = 0
    problems: tuple[Problem, ...] = ()
    problems_total: int = 0


def read_list(text: str, kind: RuleKind, *, is_table: bool, known: Iterable[str] = ()) -> WordList:
    """Read a list.

    Args:
        text: The file.
        kind: `WORDS`, `NAMES` or `PATTERN`: what its entries are meant as.
        is_table: It is CSV; else one entry a line.
        known: Entries of the rule it is for.

    Raises:
        InputInvalid: It is no table, or holds too much.
    """
    keys = {_key(entry, kind) for entry in known}
    seen: set[str] = set()
    entries: list[str] = []
    problems: list[Problem] = []
    comments = repeated = already = 0
    for row, entry in _rows(text, is_table=is_table):
        if not entry or entry.startswith(COMMENTS):
            comments += bool(entry)
            continue
        key = _key(entry, kind)
        if key in seen:
            repeated += 1
            continue
        seen.add(key)
        if key in keys:
            already += 1
        elif why := _flaw(entry, kind):
            problems.append(Problem(row, entry[:80], why))
        else:
            entries.append(entry)
        if len(seen) > ENTRIES_MOST:
            raise InputInvalid(f"A list has at most {ENTRIES_MOST} entries.", field="file")
    return WordList(tuple(entries), already, repeated, comments, tuple(problems[:PROBLEMS_MOST]), len(problems))


def _flaw(entry: str, kind: RuleKind) -> str:
    try:
        check_entry(kind, entry)
    except InputInvalid as problem:
        return str(problem)
    return ""


def _key(entry: str, kind: RuleKind) -> str:
    """Return what two entries share that find the same; a pattern is only the same when it is written so."""
    return entry if kind is RuleKind.PATTERN else " ".join(fold(entry).text.split())


def _rows(text: str, *, is_table: bool) -> Iterator[tuple[int, str]]:
    if not is_table:
        yield from ((row, line.strip()) for row, line in enumerate(text.splitlines(), 1))
        return
    if "\0" in text:
        raise InputInvalid("The file is no text.", field="file")
    delimiter = max(",;\t", key=text[:4096].count)
    column = 0
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
            if row == 1 and (named := [name.strip().casefold() for name in cells]) and set(named) & set(COLUMNS):
                column = next(place for place, name in enumerate(named) if name in COLUMNS)
            elif cells:
                yield row, _unguarded(cells[column].strip()) if column < len(cells) else ""
    except csv.Error:
        raise InputInvalid("The file is no table.", field="file") from None


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
