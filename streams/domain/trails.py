"""How a person is found again in what other people wrote and what the character was told.

Owns which names are telling, and how they are taken out. Pure. A name of a few plain letters may be anybody's word: it
is looked for only where it stands as an address (@name). Over-erasing what is only kept to look back (prompts) is fine,
so there every name counts.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

TELLING_LENGTH = 5
SHORTEST = 2
TEXT_SHORTEST = 12
TEXTS_MOST = 400
GAP = "…"
"""Stands where a name stood."""


@dataclass(frozen=True, slots=True)
class Trail:
    """What a person is recognised by.

    Attributes:
        names: Every name they had.
        accounts: Their ids on platforms.
        texts: Words of theirs, or about them, that other rows may quote.
    """

    names: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def as_json(self) -> str:
        """Return it as one text."""
        return json.dumps([self.names, self.accounts, self.texts], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Trail":
        """Return what `as_json` wrote."""
        names, accounts, texts = json.loads(text)
        return cls(tuple(names), tuple(accounts), tuple(texts))


def trail_of(names: Iterable[str], accounts: Iterable[str], texts: Iterable[str]) -> Trail:
    """Return a trail without what tells nothing: names of one letter, short texts."""
    telling = sorted({text.strip() for text in texts if len(text.strip()) >= TEXT_SHORTEST}, key=len, reverse=True)
    kept = dict.fromkeys(name.strip() for name in names if len(name.strip()) >= SHORTEST)
    return Trail(tuple(kept), tuple(dict.fromkeys(filter(None, accounts))), tuple(telling[:TEXTS_MOST]))


def is_telling(name: str) -> bool:
    """Tell whether a name is hardly anybody's word: long, or with a digit or a sign in it."""
    return len(name) >= TELLING_LENGTH or (len(name) > SHORTEST and not name.isalpha())


class Finder:
    """Looks for a person in texts."""

    def __init__(self, trail: Trail) -> None:
        self._any = _pattern([*trail.names, *(one for one in trail.accounts if len(one) >= TELLING_LENGTH)])
        telling = [name for name in trail.names if is_telling(name)]
        self._telling = _pattern(telling, addressed=[name for name in trail.names if name not in telling])
        self._texts = tuple(text.casefold() for text in trail.texts)
        self.words = tuple(telling) + tuple(f"@{name}" for name in trail.names if name not in telling)

    def stands_in(self, text: str) -> bool:
        """Tell whether any name, account or text of the person stands in `text`; for what may be thrown away."""
        folded = text.casefold()
        return bool(self._any and self._any.search(text)) or any(one in folded for one in self._texts)

    def is_named_in(self, value: Any) -> bool:
        """Tell whether a text, or any text in a list or mapping, names the person for sure."""
        return bool(self.without_name(value) != value)

    def without_name(self, value: Any) -> Any:
        """Return a text, or a list or mapping of texts, with a gap where the person was named."""
        if isinstance(value, str):
            return self._telling.sub(GAP, value) if self._telling else value
        if isinstance(value, list):
            return [self.without_name(one) for one in value]
        if isinstance(value, dict):
            return {self.without_name(key): self.without_name(one) for key, one in value.items()}
        return value


def _pattern(names: Iterable[str], *, addressed: Iterable[str] = ()) -> re.Pattern[str] | None:
    """Return a pattern of whole names, whatever their case; longer ones first."""
    parts = [rf"(?<!\w)@?{re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True)]
    parts += [rf"@{re.escape(name)}(?!\w)" for name in addressed]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None
