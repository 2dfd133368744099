"""Why did it say that? Puts together everything that led to one line. Owns the reading of a turn's stored prompt."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from memory.admin.lore_match import CAUSES
from memory.domain.lore import Cause
from personas.admin.preview import ROLE_LABELS, SECTION_LABELS
from streams.admin.words import ACTIONS, STAGES
from streams.models import Segment, Turn, Verdict
from vtcontrol.tenancy.admin_marks import Tone, duration

PROMPT_LARGEST = 4 * 1024 * 1024  # bytes, unpacked
CHART_WIDTH = 1000.0
BAR_LEAST = 4.0
SAMPLING_LABELS = {
    "temperature": _("Temperature"),
    "top_p": _("Top-p"),
    "max_tokens": _("Longest answer, tokens"),
    "stop": _("Stops at"),
    "frequency_penalty": _("Frequency penalty"),
    "presence_penalty": _("Presence penalty"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the waterfall.

    Attributes:
        label: What it is called.
        at: When it was reached, in words.
        took: How long it took since the one before, in words.
        left: Where its bar begins, 0 to 1000.
        width: How wide its bar is, 0 to 1000.
        is_first_sound: The moment viewers wait for.
    """

    label: Any
    at: str
    took: str
    left: str
    width: str
    is_first_sound: bool


@dataclass(frozen=True, slots=True)
class PromptSection:
    """A section of the prompt."""

    label: Any
    tokens: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class RecalledLine:
    """A memory that was in the prompt."""

    text: str
    url: str
    score: str
    why: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class LoreLine:
    """Lore that came up, or nearly did."""

    label: str
    url: str
    reason: Any
    tone: str
    key: str
    tokens: int
    is_used: bool


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A moderation rule that fired."""

    name: str
    action: Any
    clause: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the prompt."""

    role: str
    label: Any
    content: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that led to a line."""

    stages: tuple[Stage, ...]
    first_sound: str
    sections: tuple[PromptSection, ...]
    counted_by: str
    messages: tuple[Message, ...]
    memories: tuple[RecalledLine, ...]
    lore: tuple[LoreLine, ...]
    rules: tuple[FiredRule, ...]
    sampling: tuple[tuple[Any, Any], ...]
    failures: tuple[str, ...]
    unknown_tags: str
    segments: tuple[Segment, ...]

    @property
    def section_most(self) -> int:
        """Tokens of the longest section, at least 1."""
        return max([1, *(section.tokens for section in self.sections)])


def why(turn: Turn) -> Why:
    """Return everything that led to a turn. Two queries."""
    record = read_record(turn.prompt)
    return Why(
        stages=waterfall(turn.timings),
        first_sound=duration(_number(turn.timings, "first_audio")),
        sections=tuple(_section(one) for one in _list(record, "sections")),
        counted_by=str(record.get("counted_by") or ""),
        messages=tuple(_message(one) for one in _list(record, "messages")),
        memories=tuple(_memory(one) for one in _list(record, "memories")),
        lore=tuple(_lore(one) for one in _list(record, "lore")),
        rules=_rules(turn, record),
        sampling=_sampling(record),
        failures=tuple(str(one) for one in record.get("failures") or () if isinstance(one, str)),
        unknown_tags=str(record.get("unknown_tags") or ""),
        segments=tuple(Segment.objects.filter(turn=turn)),
    )


def read_record(packed: Any) -> dict[str, Any]:
    """Return the stored prompt; {} where there is none or it cannot be read."""
    if not packed:
        return {}
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(bytes(packed), PROMPT_LARGEST)
        found = {} if unpacker.unconsumed_tail else json.loads(text)
    except (zlib.error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def waterfall(timings: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Return the stages in the order they were reached, each with its bar."""
    reached = [(name, at) for name in STAGES if (at := _number(timings, name)) is not None]
    reached.sort(key=lambda one: one[1])
    end = reached[-1][1] if reached else 0.0
    stages, before = [], 0.0
    for name, at in reached:
        left = before / end * CHART_WIDTH if end else 0.0
        width = max(BAR_LEAST, (at - before) / end * CHART_WIDTH if end else 0.0)
        stages.append(
            Stage(
                label=STAGES[name],
                at=duration(at),
                took=duration(at - before),
                left=f"{min(left, CHART_WIDTH - width):.1f}",
                width=f"{width:.1f}",
                is_first_sound=name == "first_audio",
            )
        )
        before = at
    return tuple(stages)


def _number(values: Mapping[str, Any], name: str) -> float | None:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _list(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = record.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _section(one: dict[str, Any]) -> PromptSection:
    name = str(one.get("name", ""))
    return PromptSection(SECTION_LABELS.get(name, name), int(_number(one, "tokens") or 0), bool(one.get("kept", True)))


def _message(one: dict[str, Any]) -> Message:
    role = str(one.get("role", ""))
    return Message(role, ROLE_LABELS.get(role, role), str(one.get("content", "")))


def _memory(one: dict[str, Any]) -> RecalledLine:
    score, reasons = _number(one, "score"), one.get("why")
    words = ", ".join(str(word) for word in reasons) if isinstance(reasons, list) else str(reasons or "")
    address = reverse("admin:memory_memory_change", args=(quote(str(one["id"])),)) if one.get("id") else ""
    shown = "" if score is None else f"{score:.2f}"
    return RecalledLine(str(one.get("text", "")), address, shown, words, str(one.get("id") or ""))


def _lore(one: dict[str, Any]) -> LoreLine:
    cause = one.get("why")
    reason, tone = CAUSES[Cause(cause)] if cause in list(Cause) else ("", Tone.PLAIN)
    address = reverse("admin:memory_lore_change", args=(quote(str(one["id"])),)) if one.get("id") else ""
    return LoreLine(
        str(one.get("label", "")), address, reason, tone.value, str(one.get("key", "")),
        int(_number(one, "tokens") or 0), bool(one.get("used")),
    )  # fmt: skip


def _rules(turn: Turn, record: dict[str, Any]) -> tuple[FiredRule, ...]:
    clauses = [str(one.get("clause", "")) for one in _list(record, "rules")]
    fired = list(Verdict.objects.filter(turn=turn).order_by("at", "id"))
    clauses += [""] * (len(fired) - len(clauses))
    return tuple(
        FiredRule(verdict.rule_name, ACTIONS.get(verdict.action, verdict.action), clause)
        for verdict, clause in zip(fired, clauses, strict=False)
    )


def _sampling(record: dict[str, Any]) -> tuple[tuple[Any, Any], ...]:
    found = record.get("sampling")
    values = found if isinstance(found, dict) else {}
    return tuple(
        (label, values[name]) for name, label in SAMPLING_LABELS.items() if values.get(name) not in (None, [], "", 0.0)
    )
