"""How an entry of a lorebook is brought up and where it stands: SillyTavern's extensions and V3's decorators, read.

Owns their names and numbers. SillyTavern's worlds name the same things in their own way (`WORLD_NAMES`).
"""

from dataclasses import dataclass
from typing import Any

from personas.domain.cards.decorators import Decorated

ST_EXTENSIONS = frozenset({"position", "depth", "selectiveLogic", "probability", "useProbability", "display_index"})
WORLD_NAMES = {
    "position": "position", "depth": "depth", "role": "role", "selectiveLogic": "selectiveLogic",
    "probability": "probability", "useProbability": "useProbability", "scanDepth": "scan_depth",
    "caseSensitive": "case_sensitive", "matchWholeWords": "match_whole_words",
    "excludeRecursion": "exclude_recursion", "preventRecursion": "prevent_recursion",
    "delayUntilRecursion": "delay_until_recursion", "group": "group", "sticky": "sticky", "cooldown": "cooldown",
    "delay": "delay",
}  # fmt: skip
LOGICS = ("any", "not_all", "not_any", "all")
"""In the order of SillyTavern's `selectiveLogic`."""
ROLES = ("system", "user", "assistant")
"""In the order of SillyTavern's `role`."""
PLACES = {"0": "before", "before_char": "before", "before_desc": "before", "2": "depth", "3": "depth", "4": "depth"}
"""Where an entry stands that does not stand after the character; a note of the author is one at a depth."""
UNPLACED = frozenset({"7"})
USUAL_DEPTH, DEPTH_MOST, NUMBER_MOST = 4, 999, 32_000
_UNTIMED = (None, False, 0, "")
_TIMED = ("sticky", "cooldown", "delay", "group", "delay_until_recursion")
_TIMED_DECORATORS = (
    "activate_only_after", "activate_only_every", "keep_activate_after_match", "dont_activate_after_match",
    "is_greeting", "ignore_on_max_context",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """How an entry is brought up, and where it stands.

    Attributes:
        logic: What its second keys must do: "any", "all", "not_any" or "not_all" of them.
        is_case_sensitive: Capitals of its keys matter.
        is_whole_words: Its keys are found as whole words only.
        place: "before" or "after" the character, or at a "depth" among the messages.
        depth: How many messages follow it there.
        role: Who says it there: "system", "user" or "assistant".
        scan_depth: How many of the newest messages are looked at, or None for as many as usual.
        priority: Low ones are left out first.
        probability: Percent of the times it comes up.
        starts_others: Its own words may bring up others.
        is_started_by_others: The words of others may bring it up.
        is_timed: It has timing or a group, which mean nothing here.
        is_unplaced: It has a place that means nothing here.
    """

    logic: str = "any"
    is_case_sensitive: bool = False
    is_whole_words: bool = False
    place: str = "after"
    depth: int = USUAL_DEPTH
    role: str = "system"
    scan_depth: int | None = None
    priority: int = 0
    probability: int = 100
    starts_others: bool = False
    is_started_by_others: bool = True
    is_timed: bool = False
    is_unplaced: bool = False


def world_extensions(row: Any) -> dict[str, Any]:
    """Return what an entry of a world of SillyTavern says, under the names cards use."""
    return {name: row[own] for own, name in WORLD_NAMES.items() if own in row} if isinstance(row, dict) else {}


def read_options(row: dict[str, Any], extensions: dict[str, Any], said: Decorated, book: dict[str, Any]) -> Options:
    """Return an entry's options.

    Args:
        row: The entry as cards hold it.
        extensions: SillyTavern's fields of it.
        said: Its content and decorators.
        book: What says how its book is read.
    """
    found = extensions.get
    position = said.decorators.get("position") or _code(found("position")) or _text(row.get("position"))
    scan_depth = said.number("scan_depth")
    for value in (found("scan_depth"), book.get("scan_depth")):
        scan_depth = bounded(value, 0, DEPTH_MOST) if scan_depth is None else min(scan_depth, DEPTH_MOST)
    depth = said.number("depth")
    own_depth = bounded(found("depth"), 0, DEPTH_MOST)
    chance = None if found("useProbability") is False else bounded(found("probability"), 0, 100)
    role = bounded(found("role"), 0, len(ROLES) - 1)
    return Options(
        logic=LOGICS[bounded(found("selectiveLogic"), 0, len(LOGICS) - 1) or 0],
        is_case_sensitive=(row.get("case_sensitive") or found("case_sensitive")) is True,
        is_whole_words=found("match_whole_words") is True,
        place="depth" if depth is not None else PLACES.get(position, "after"),
        depth=min(depth, DEPTH_MOST) if depth is not None else USUAL_DEPTH if own_depth is None else own_depth,
        role=said.decorators["role"] if said.decorators.get("role") in ROLES else ROLES[role or 0],
        scan_depth=scan_depth,
        priority=bounded(row.get("priority"), -NUMBER_MOST, NUMBER_MOST) or 0,
        probability=100 if chance is None else chance,
        starts_others=book.get("recursive_scanning") is True and found("prevent_recursion") is not True,
        is_started_by_others=found("exclude_recursion") is not True,
        is_timed=any(found(name) not in _UNTIMED for name in _TIMED)
        or any(said.has(name) for name in _TIMED_DECORATORS),
        is_unplaced=position in UNPLACED,
    )


def st_fields(options: Options) -> dict[str, Any]:
    """Return options as SillyTavern's extensions of an entry."""
    return {
        "position": {"before": 0, "after": 1}.get(options.place, 4),
        "depth": options.depth,
        "role": ROLES.index(options.role),
        "selectiveLogic": LOGICS.index(options.logic),
        "probability": options.probability,
        "useProbability": options.probability < 100,
        "scan_depth": options.scan_depth,
        "case_sensitive": options.is_case_sensitive,
        "match_whole_words": options.is_whole_words,
        "exclude_recursion": not options.is_started_by_others,
        "prevent_recursion": not options.starts_others,
    }


def bounded(value: Any, least: int, most: int) -> int | None:
    """Return a number of a file as a whole one within bounds; None for what is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(max(least, min(most, value))) if is_number else None


def _code(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
