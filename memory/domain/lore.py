"""Which lore comes up: keys in what was said, second keys, words that keep it away, chance, other lore, a budget.

Owns the rule, which follows SillyTavern's order: kept away, always, key, second keys, then chance; what came up may
bring up more; last the budget. It must not read rows or say where a piece stands in the prompt. `LoreBook` is compiled
once per configuration; `match` takes time by the length of the text and the number of hits.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import re2

from memory.domain.patterns import PatternSet
from personas.domain.cards.keys import is_pattern, source_of
from personas.domain.tokens import ESTIMATE, TokenCounter

SCAN_DEPTH = 2
"""So many of the newest lines are looked at where an entry does not say."""
ROUNDS_MOST = 3
"""So many times what came up may bring up more."""
USED_MOST = 64
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


class Logic(StrEnum):
    """What an entry's second keys must do."""

    ANY = "any"
    ALL = "all"
    NOT_ANY = "not_any"
    NOT_ALL = "not_all"


class Cause(StrEnum):
    """Why an entry is used, or is not although its key was found."""

    ALWAYS = "always"
    KEY = "key"
    OTHER_LORE = "other_lore"
    KEPT_AWAY = "kept_away"
    SECOND_KEY = "second_key"
    CHANCE = "chance"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """A piece of lore; fields with the names of `personas.domain.cards.lore.LoreText` mean the same.

    Attributes:
        id: Its row.
        label: What it is called when it is listed.
        keys: What brings it up.
        secondary: Second keys.
        excluded: What keeps it away.
        order: Low ones stand earlier.
    """

    id: str
    content: str
    keys: tuple[str, ...] = ()
    label: str = ""
    secondary: tuple[str, ...] = ()
    logic: Logic = Logic.ANY
    excluded: tuple[str, ...] = ()
    is_constant: bool = False
    is_case_sensitive: bool = False
    is_whole_words: bool = False
    place: str = "after"
    depth: int = 4
    role: str = "system"
    scan_depth: int = SCAN_DEPTH
    order: int = 100
    priority: int = 0
    probability: int = 100
    starts_others: bool = False
    is_started_by_others: bool = True

    @property
    def worth(self) -> tuple[int, bool, int]:
        """How dear it is: the least dear is left out first."""
        return self.priority, self.is_constant, self.order


@dataclass(frozen=True, slots=True)
class LoreHit:
    """An entry that came up, or nearly did.

    Attributes:
        entry: Which.
        cause: Why it is used, or why not.
        key: The key that was found, or the word that kept it away; "" where none was needed.
        tokens: How long it is for the model; told by `match` alone.
    """

    entry: LoreEntry
    cause: Cause
    key: str = ""
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class LoreMatch:
    """What came up.

    Attributes:
        used: In the order of the prompt.
        left_out: Entries whose key was found, but which are not used.
    """

    used: tuple[LoreHit, ...] = ()
    left_out: tuple[LoreHit, ...] = ()


class LoreBook:
    """The lore of a character, ready to be matched.

    Args:
        entries: Enabled ones, in any order.
    """

    def __init__(self, entries: Iterable[LoreEntry] = ()) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.order))
        self.keys = _Keys()
        self.constant = tuple(entry for entry in self.entries if entry.is_constant)
        self.depths = tuple(sorted({entry.scan_depth for entry in self.entries}))
        self._by_key: defaultdict[int, list[LoreEntry]] = defaultdict(list)
        self._numbers: dict[str, tuple[dict[int, str], ...]] = {}
        for entry in self.entries:
            primary, secondary, excluded = (
                {number: key for key in keys if (number := self.keys.add(key, entry)) is not None}
                for keys in (entry.keys, entry.secondary, entry.excluded)
            )
            self._numbers[entry.id] = (primary, secondary, excluded)
            for number in primary:
                self._by_key[number].append(entry)

    def brought_up(self, numbers: Iterable[int]) -> Iterable[LoreEntry]:
        """Return the entries one of these keys brings up; some may come twice."""
        return (entry for number in numbers for entry in self._by_key.get(number, ()))

    def verdict(self, entry: LoreEntry, found: set[int]) -> LoreHit | None:
        """Return what the keys that were found mean for an entry; None when none of its own is among them."""
        primary, secondary, excluded = self._numbers[entry.id]
        for number in excluded.keys() & found:
            return LoreHit(entry, Cause.KEPT_AWAY, excluded[number])
        if entry.is_constant:
            return LoreHit(entry, Cause.ALWAYS)
        for number, key in primary.items():
            if number in found:
                is_enough = not entry.secondary or _is_met(entry.logic, len(secondary.keys() & found), len(secondary))
                return LoreHit(entry, Cause.KEY if is_enough else Cause.SECOND_KEY, key)
        return None


def match(
    book: LoreBook,
    lines: Sequence[str],
    *,
    seed: str = "",
    budget_tokens: int | None = None,
    counter: TokenCounter = ESTIMATE,
) -> LoreMatch:
    """Return the lore that comes up.

    Args:
        book: The character's lore.
        lines: What was said, the newest first; names stand before their lines.
        seed: Decides about chance: the same turn always gives the same answer.
        budget_tokens: Most tokens of all of it, or None.
        counter: How tokens are counted; the target model's where there is one.
    """
    turn = _Turn(book, lines, seed)
    turn.listen()
    for _round in range(ROUNDS_MOST):
        if not turn.echo():
            break
    return turn.outcome(budget_tokens, counter)


@dataclass(slots=True)
class _Turn:
    """One matching on its way."""

    book: LoreBook
    lines: Sequence[str]
    seed: str
    heard: dict[int, set[int]] = field(default_factory=dict)
    echoes: set[int] = field(default_factory=set)
    decided: dict[str, LoreHit] = field(default_factory=dict)
    fresh: list[LoreEntry] = field(default_factory=list)

    def listen(self) -> None:
        """Look at what was said, as deep as each entry looks."""
        found: set[int] = set()
        at = 0
        for depth in self.book.depths:
            found = found | self.book.keys.find("\n".join(self.lines[at:depth]))
            at = depth
            self.heard[depth] = found
        for entry in self.book.constant:
            self._decide(entry)
        for depth, numbers in self.heard.items():
            for entry in self.book.brought_up(numbers):
                if entry.scan_depth == depth and entry.id not in self.decided:
                    self._decide(entry)

    def echo(self) -> bool:
        """Look at the words of what came up last; return whether there were any."""
        said = "\n".join(entry.content for entry in self.fresh if entry.starts_others)
        self.fresh = []
        if not said:
            return False
        found = self.book.keys.find(said)
        self.echoes |= found
        waiting = [hit.entry for hit in self.decided.values() if hit.cause is Cause.SECOND_KEY]
        for entry in (*self.book.brought_up(found), *waiting):
            before = self.decided.get(entry.id)
            if entry.is_started_by_others and (before is None or before.cause is Cause.SECOND_KEY):
                self._decide(entry, is_echo=True)
        return True

    def outcome(self, budget_tokens: int | None, counter: TokenCounter) -> LoreMatch:
        """Return what is used, within the budget, and what is not."""
        hits = [replace(hit, tokens=counter.count(hit.entry.content)) for hit in self.decided.values()]
        used = [hit for hit in hits if hit.cause in _USED]
        left_out = [hit for hit in hits if hit.cause not in _USED]
        dearest = sorted(used, key=lambda hit: hit.entry.worth)
        total = sum(hit.tokens for hit in used)
        while dearest and (len(dearest) > USED_MOST or (budget_tokens is not None and total > budget_tokens)):
            cheap = dearest.pop(0)
            total -= cheap.tokens
            left_out.append(replace(cheap, cause=Cause.BUDGET))
        kept = {hit.entry.id for hit in dearest}
        return LoreMatch(
            tuple(sorted((hit for hit in used if hit.entry.id in kept), key=lambda hit: hit.entry.order)),
            tuple(left_out),
        )

    def _decide(self, entry: LoreEntry, *, is_echo: bool = False) -> None:
        found = self.heard.get(entry.scan_depth, set())
        hit = self.book.verdict(entry, found | self.echoes if is_echo else found)
        if hit is None:
            return
        if hit.cause in _USED and not _is_lucky(entry, self.seed):
            hit = LoreHit(entry, Cause.CHANCE, hit.key)
        elif hit.cause in _USED:
            self.fresh.append(entry)
            if is_echo:
                hit = LoreHit(entry, Cause.OTHER_LORE, hit.key)
        self.decided[entry.id] = hit


_USED = frozenset({Cause.ALWAYS, Cause.KEY, Cause.OTHER_LORE})


class _Keys:
    """All keys of a book, found in a text at once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bool, bool], int] = {}
        self._folded: list[tuple[int, str, bool]] = []
        self._exact: list[tuple[int, str, bool]] = []
        self._patterns: list[tuple[int, str]] = []

    def add(self, key: str, entry: LoreEntry) -> int | None:
        """Return the number of a key; None for a pattern that cannot be used."""
        is_own = is_pattern(key)
        source = source_of(key) if is_own else ""
        if is_own and not source:
            return None
        is_exact, is_alone = (False, False) if is_own else (entry.is_case_sensitive, entry.is_whole_words)
        number = self._numbers.get((key, is_exact, is_alone))
        if number is None:
            number = self._numbers[key, is_exact, is_alone] = len(self._numbers)
            is_alone = is_alone and len(key.split()) == 1 and not _CJK.search(key)
            if is_own:
                self._patterns.append((number, source))
            else:
                table = self._exact if is_exact else self._folded
                table.append((number, key if is_exact else key.casefold(), is_alone))
        return number

    def find(self, text: str) -> set[int]:
        """Return the numbers of the keys that stand in a text."""
        if not text:
            return set()
        tables = self._tables
        found = {self._patterns[at][0] for at in tables[2](text)} if self._patterns else set()
        folded = text.casefold()
        for rows, table, said in ((self._folded, tables[0], folded), (self._exact, tables[1], text)):
            for at in table(said) if rows else ():
                number, word, is_alone = rows[at]
                if not is_alone or _stands_alone(word, said):
                    found.add(number)
        return found

    @cached_property
    def _tables(self) -> tuple[Callable[[str], Sequence[int]], ...]:
        folded, exact = ([re2.escape(word) for _, word, _ in rows] for rows in (self._folded, self._exact))
        return tuple(PatternSet(rows).find for rows in (folded, exact, [source for _, source in self._patterns]))


def _stands_alone(word: str, text: str) -> bool:
    """Tell whether a word stands in a text, and not only inside longer ones."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and text[at - 1].isalnum() and word[0].isalnum()) and not (
            end < len(text) and text[end].isalnum() and word[-1].isalnum()
        ):
            return True
        at = text.find(word, at + 1)
    return False


def _is_met(logic: Logic, found: int, count: int) -> bool:
    return {
        Logic.ANY: found > 0,
        Logic.ALL: found == count,
        Logic.NOT_ANY: found == 0,
        Logic.NOT_ALL: found < count,
    }[logic]


def _is_lucky(entry: LoreEntry, seed: str) -> bool:
    return zlib.crc32(f"{seed}:{entry.id}".encode()) % 100 < entry.probability
