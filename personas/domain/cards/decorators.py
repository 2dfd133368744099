"""Decorators of V3 lorebooks: the lines `@@name value` at the head of an entry's content.

Source: chara_card V3, "decorators". A line `@@@name value` is a fallback: it counts when no line above it is known.
"""

from dataclasses import dataclass

KNOWN = frozenset(
    {
        "activate", "dont_activate", "activate_only_after", "activate_only_every", "keep_activate_after_match",
        "dont_activate_after_match", "depth", "role", "scan_depth", "position", "additional_keys", "exclude_keys",
        "is_greeting", "ignore_on_max_context",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decorated:
    """A content parted from its decorators.

    Attributes:
        content: What is said, without the decorators' lines.
        decorators: Values of the known ones by name; "" where there is none.
        unknown: Names that mean nothing here.
    """

    content: str
    decorators: dict[str, str]
    unknown: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Tell whether a decorator stands there and is not switched off."""
        return name in self.decorators and self.decorators[name].lower() != "false"

    def words(self, name: str) -> tuple[str, ...]:
        """Return a decorator's value as words parted by commas."""
        return tuple(word for one in self.decorators.get(name, "").split(",") if (word := one.strip()))

    def number(self, name: str) -> int | None:
        """Return a decorator's value as a whole number, None where it is none."""
        text = self.decorators.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def parted(content: str) -> Decorated:
    """Return an entry's content and its decorators."""
    lines = content.split("\n")
    found: dict[str, str] = {}
    unknown: list[str] = []
    is_open = True  # the last decorator above was not known: its fallback counts
    head = 0
    for line in lines:
        sign, name, value = _split(line)
        if not name:
            break
        head += 1
        if sign == "@@@" and not is_open:
            continue
        is_open = name not in KNOWN
        if is_open:
            unknown.append(name)
        else:
            found[name] = value
    return Decorated("\n".join(lines[head:]), found, tuple(unknown))


def _split(line: str) -> tuple[str, str, str]:
    text = line.strip()
    sign = "@@@" if text.startswith("@@@") else "@@" if text.startswith("@@") else ""
    name, _, value = text.removeprefix(sign).partition(" ") if sign else ("", "", "")
    is_name = bool(name) and name.replace("_", "").isalnum()
    return sign, name if is_name else "", value.strip()
