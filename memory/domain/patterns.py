"""Which of many words or patterns stand in a text, told in one pass over it, in linear time.

Owns the table (RE2's set). It must not know what a pattern is for, and does not say where it stands.
"""

from collections.abc import Sequence
from functools import cached_property

import re2

_MEMORY = 32 << 20


class PatternSet:
    """Patterns looked for together.

    Args:
        patterns: In RE2's syntax, each of them sound.
        is_case_sensitive: Capitals matter, unless a pattern says otherwise.
    """

    def __init__(self, patterns: Sequence[str], *, is_case_sensitive: bool = True) -> None:
        self._patterns = tuple(patterns)
        self._options = re2.Options()
        self._options.log_errors = False
        self._options.case_sensitive = is_case_sensitive
        self._options.max_mem = _MEMORY
        self._set = self._together()

    def candidates(self, text: str) -> Sequence[int]:
        """Return numbers of patterns; those left out do not stand in `text`."""
        told = self._told(text)
        return range(len(self._patterns)) if told is None else told

    def find(self, text: str) -> Sequence[int]:
        """Return the numbers of the patterns that stand in `text`."""
        told = self._told(text)
        return [number for number, one in enumerate(self._alone) if one.search(text)] if told is None else told

    def _told(self, text: str) -> Sequence[int] | None:
        """Return what the set says; None where there is none.

        Its first pattern is empty: if not even that is found, the set ran out of memory and has said nothing.
        """
        found = self._set.Match(text) if self._set is not None else None
        return [number - 1 for number in found if number] if found and 0 in found else None

    @cached_property
    def _alone(self) -> "list[re2._Regexp]":
        return [re2.compile(pattern, self._options) for pattern in self._patterns]

    def _together(self) -> "re2.Set | None":
        """Return the set; None for one too small to be worth it or too large for its memory."""
        if len(self._patterns) < 2:
            return None
        together = re2.Set.SearchSet(self._options)
        try:
            for pattern in ("", *self._patterns):
                together.Add(pattern)
            together.Compile()
        except re2.error:
            return None
        return together
