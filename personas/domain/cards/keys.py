"""Keys of lore as people write them: words with commas between them, and patterns as `/…/flags`.

Owns that notation and what a pattern means. SillyTavern's: a key between slashes is a pattern, the flag `i` lets
capitals not matter, `s` lets a dot match a line's end, `m` lets ^ and $ match at every line; other flags mean nothing
here. Patterns run in RE2, in linear time: one that needs to look around or back cannot be used.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import re2

LONGEST_PATTERN = 500
_PATTERN = re.compile(r"/((?:[^/\\\n]|\\.)+)/([a-z]*)")
_KEY = re.compile(r"\s*(/(?:[^/\\\n]|\\.)+/[a-z]*(?=\s*(?:,|$))|[^,\n]*)\s*(?:[,\n]|$)")
_BARE_SLASH = re.compile(r"\\.|/")
_FLAGS = "ims"


def split_keys(text: str) -> tuple[str, ...]:
    """Return the keys in a text, each once; a comma inside a pattern parts nothing."""
    return tuple(dict.fromkeys(key for found in _KEY.finditer(text) if (key := found[1].strip())))


def joined_keys(keys: Iterable[str], most: int) -> str:
    """Return as many keys as fit into `most` characters, in the notation `split_keys` reads."""
    joined = ""
    for key in dict.fromkeys(part for one in keys for part in split_keys(one)):
        longer = f"{joined}, {key}" if joined else key
        if len(longer) <= most:
            joined = longer
    return joined


def is_pattern(key: str) -> bool:
    """Tell whether a key is a pattern."""
    return _PATTERN.fullmatch(key) is not None


def as_pattern(text: str) -> str:
    """Return the key of a pattern that came without its slashes."""
    if is_pattern(text):
        return text
    return "/" + _BARE_SLASH.sub(lambda found: r"\/" if found[0] == "/" else found[0], text) + "/"


@lru_cache(maxsize=4096)
def source_of(key: str) -> str:
    """Return a pattern in RE2's own syntax; "" for one that cannot be used, or that would match an empty text."""
    found = _PATTERN.fullmatch(key)
    if found is None or len(key) > LONGEST_PATTERN:
        return ""
    flags = "".join(flag for flag in _FLAGS if flag in found[2])
    source = (f"(?{flags})" if flags else "") + found[1].replace(r"\/", "/")
    options = re2.Options()
    options.log_errors = False
    try:
        matches_nothing = re2.compile(source, options).search("") is not None
    except re2.error:
        return ""
    return "" if matches_nothing else source
