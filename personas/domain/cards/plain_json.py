"""JSON of strangers: bounded before it is parsed, each name once, plain text only."""

import json
import math
import re
from typing import Any, NoReturn

from personas.domain.cards.flaws import DEPTH_MOST, JSON_LARGEST, NUMBER_LONGEST, VALUES_MOST, CardRefused, Flaw

MARKS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{},]', re.DOTALL)
UNFIT = re.compile("[\x00\ud800-\udfff]")
SCRIPT = re.compile(
    r"<\s{0,20}/?\s{0,20}(?:script|iframe|object|embed)\b|<[a-z][^<>]{0,2000}\son[a-z]{1,30}\s{0,20}="
    r"|=\s{0,20}[\"']?\s{0,20}(?:java|vb)script:",
    re.IGNORECASE,
)  # every repetition is bounded: the time stays linear
ACTIVE_ADDRESS = re.compile(r"\s*(?:javascript|vbscript|file|data:text/html)", re.IGNORECASE)


def read_json(raw: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        CardRefused: It is too large, too deep, no JSON, names something twice or holds what is no text or is script.
    """
    if len(raw) > JSON_LARGEST:
        raise CardRefused(Flaw.TOO_LARGE)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CardRefused(Flaw.NOT_TEXT) from None
    _measure(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite, parse_int=_bounded
        )
    except CardRefused:
        raise
    except (ValueError, RecursionError):
        raise CardRefused(Flaw.NOT_JSON) from None
    _inspect(value)
    return value


def write_json(value: Any) -> bytes:
    """Return a value as UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2).encode()


def _measure(text: str) -> None:
    """Refuse depth and number of values before anything is built of them."""
    depth = values = 0
    for mark in MARKS.finditer(text):
        sign = mark[0]
        if sign in "[{":
            depth += 1
            if depth > DEPTH_MOST:
                raise CardRefused(Flaw.TOO_DEEP)
        elif sign in "]}":
            depth -= 1
        values += sign in "[{,"
        if values > VALUES_MOST:
            raise CardRefused(Flaw.TOO_LARGE)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CardRefused(Flaw.TWICE_NAMED)
    return found


def _refuse(_name: str) -> NoReturn:
    raise CardRefused(Flaw.NOT_JSON)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise CardRefused(Flaw.NOT_JSON)
    return number


def _bounded(digits: str) -> int:
    if len(digits) > NUMBER_LONGEST:
        raise CardRefused(Flaw.NOT_JSON)
    return int(digits)


def _inspect(value: Any) -> None:
    """Refuse texts that no page and no database should meet."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            if UNFIT.search(one):
                raise CardRefused(Flaw.NOT_TEXT)
            if SCRIPT.search(one):
                raise CardRefused(Flaw.SCRIPT)
