"""The script of a scenario: what happens, one line each, as a community manager would write it down.

::

    # a comment
    Mia: Hi there!
    Bo [donation 5 EUR]: for the cat
    Kim [raid 120]
    Mia [renamed]: MiaNight
    [speech]: Let us read the chat.
    [storm 40]: gg | first! | what did I miss?
    [silence]

Owns the form: reading with an error for each line that cannot be used, and writing. It must not know what a character
answers. Every line but `renamed` wants an answer; a storm wants one for all of it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from personas.domain.quoting import plain
from vtcontrol.kernel.events import HOUSE_KINDS, EventKind

STEPS_MOST = 40
SCRIPT_LONGEST = 8_000
TEXT_LONGEST = 2_000
NAME_LONGEST = 60
STORM_MOST = 200
STORM_USUAL = 40
AMOUNT_MOST = Decimal(1_000_000)
SEPARATOR = "|"
_LINE = re.compile(r"(?P<name>[^:\[\]]*)(?:\[(?P<what>[^\[\]]*)\]\s*)?(?P<text>:.*)?", re.DOTALL)
_CURRENCY = re.compile(r"\w{1,8}")


class StepKind(StrEnum):
    """What may happen beside the events of the live loop."""

    RENAMED = "renamed"
    STORM = "storm"


EVENTS = tuple(kind.value for kind in EventKind if kind not in HOUSE_KINDS)
KINDS = (*EVENTS, *(kind.value for kind in StepKind))


class Flaw(StrEnum):
    """What is wrong with a line, or with a whole script or file. Who shows one has the words."""

    NOBODY_SAYS_IT = "nobody_says_it"
    UNKNOWN_EVENT = "unknown_event"
    NO_TEXT = "no_text"
    NO_NAME = "no_name"
    BAD_NUMBER = "bad_number"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NOTHING_HAPPENS = "nothing_happens"
    NOT_A_FILE = "not_a_file"
    UNKNOWN_FIELD = "unknown_field"
    MISSING = "missing"
    BAD_VALUE = "bad_value"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be used.

    Attributes:
        flaw: What is wrong.
        line: Line of the script, from 1; 0 for the whole.
        value: What was found or is meant, shortened.
        scenario: Number of the scenario in its file, from 1; 0 outside files.
    """

    flaw: Flaw
    line: int = 0
    value: str = ""
    scenario: int = 0


class ScriptInvalid(Exception):
    """A script or a file cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.scenario}:{one.line} {one.flaw}" for one in self.problems))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes:
        kind: An `EventKind` or `StepKind` value.
        name: Who does it, or "".
        text: What is said; the new name of somebody renamed; the lines of a storm.
        amount: Money or people, or None.
        currency: Unit of `amount`, or "".
        count: Messages of a storm, else 1.
    """

    kind: str
    name: str = ""
    text: str = ""
    amount: Decimal | None = None
    currency: str = ""
    count: int = 1

    @property
    def is_answered(self) -> bool:
        """Whether the character is expected to say something."""
        return self.kind != StepKind.RENAMED

    @property
    def amount_text(self) -> str:
        """The amount with its unit, or ""."""
        return f"{self.amount.normalize():f} {self.currency}".strip() if self.amount is not None else ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of a storm."""
        return tuple(line.strip() for line in self.text.split(SEPARATOR) if line.strip())


def read_script(text: str) -> tuple[Step, ...]:
    """Return what happens.

    Raises:
        ScriptInvalid: Lines cannot be used, or nothing wants an answer.
    """
    if len(text) > SCRIPT_LONGEST:
        raise ScriptInvalid([Problem(Flaw.TOO_LONG, value=str(SCRIPT_LONGEST))])
    steps: list[Step] = []
    problems: list[Problem] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = plain(raw, SCRIPT_LONGEST)
        if not line or line.startswith("#"):
            continue
        read = _read_line(line)
        if isinstance(read, Step):
            steps.append(read)
        else:
            problems.append(Problem(read[0], number, plain(read[1], 60)))
    if len(steps) > STEPS_MOST:
        problems.append(Problem(Flaw.TOO_MANY, value=str(STEPS_MOST)))
    if not problems and not any(step.is_answered for step in steps):
        problems.append(Problem(Flaw.NOTHING_HAPPENS))
    if problems:
        raise ScriptInvalid(problems)
    return tuple(steps)


def write_script(steps: Iterable[Step]) -> str:
    """Return steps as a script that reads as the same steps."""
    return "\n".join(_written(step) for step in steps)


def _read_line(line: str) -> Step | tuple[Flaw, str]:
    found = _LINE.fullmatch(line)
    if found is None or not (found["what"] or found["text"]):
        return Flaw.NOBODY_SAYS_IT, line
    name, text = found["name"].strip(), (found["text"] or "")[1:].strip()
    kind, *arguments = (found["what"] or EventKind.CHAT.value).lower().split() or [""]
    if kind not in KINDS:
        return Flaw.UNKNOWN_EVENT, kind
    if len(name) > NAME_LONGEST or len(text) > TEXT_LONGEST:
        return Flaw.TOO_LONG, name if len(name) > NAME_LONGEST else text
    if kind in _WANT_TEXT and not text:
        return Flaw.NO_TEXT, kind
    if kind in _WANT_NAME and not name:
        return Flaw.NO_NAME, kind
    return _counted(kind, name, text, arguments)


def _counted(kind: str, name: str, text: str, arguments: list[str]) -> Step | tuple[Flaw, str]:
    """Read the numbers behind a kind: how many, or how much of what."""
    if not arguments:
        return Step(kind, name, text, count=STORM_USUAL if kind == StepKind.STORM else 1)
    number = _number(arguments[0])
    currency = arguments[1].upper() if len(arguments) > 1 else ""
    if number is None or len(arguments) > 2 or (currency and not _CURRENCY.fullmatch(currency)):
        return Flaw.BAD_NUMBER, " ".join(arguments)
    if kind == StepKind.STORM:
        is_usable = number == number.to_integral_value() and 2 <= number <= STORM_MOST and not currency
        return Step(kind, name, text, count=int(number)) if is_usable else (Flaw.BAD_NUMBER, " ".join(arguments))
    return Step(kind, name, text, number, currency)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    is_usable = number.is_finite() and 0 < number <= AMOUNT_MOST and number == round(number, 2)
    return number.normalize() if is_usable else None


def _written(step: Step) -> str:
    amount = str(step.count) if step.kind == StepKind.STORM else step.amount_text.lower()
    what = "" if step.kind == EventKind.CHAT and not amount else f"[{step.kind}{' ' + amount if amount else ''}]"
    head = f"{step.name} {what}".strip()
    return f"{head}: {step.text}" if step.text else head


_WANT_TEXT = {
    EventKind.CHAT.value,
    EventKind.DIRECT.value,
    EventKind.SPEECH.value,
    StepKind.RENAMED.value,
    StepKind.STORM.value,
}
_WANT_NAME = {EventKind.CHAT.value, StepKind.RENAMED.value}
