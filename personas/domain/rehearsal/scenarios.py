"""Scenarios: a script and what is expected of the answers, and the file they travel in.

Owns the file's form, version 1, YAML or JSON::

    format: vtcontrol.scenarios
    version: 1
    scenarios:
      - name: A rude guest
        script: |
          Grump: You are boring.
        expect:
          must_not_say: [shut up, idiot*]
          must_say_any: [sorry, thanks]
          addresses_viewer: true
          sentences_most: 3
          characters_most: 300
          language: en
          keeps_secret: true

`script` is `personas.domain.rehearsal.script`. All of `expect` may be left out. Files are strangers' work: bounded,
without aliases, every scalar taken as text, and every mistake told with its place.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import yaml

from personas.domain.rehearsal.script import Flaw, Problem, ScriptInvalid, Step, read_script

FORMAT, VERSION = "vtcontrol.scenarios", 1
FILE_LARGEST = 256 * 1024
SCENARIOS_MOST = 100
TITLE_LONGEST = 80
WORDS_MOST = 60
WORD_LONGEST = 120
LENGTH_MOST = 5_000
TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_COUNTS = ("sentences_most", "characters_most")
_WORDS = ("must_not_say", "must_say_any")
_FLAGS = ("addresses_viewer", "keeps_secret")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of the answers beyond what always is.

    Attributes:
        must_not_say: Words or phrases that are in no answer; a star at the end stands for any ending.
        must_say_any: One of them is in the last answer.
        addresses_viewer: The last answer names whom it answers.
        sentences_most: Most sentences of an answer; None takes the character's usual.
        characters_most: Most characters of an answer; None takes the character's usual.
        language: BCP 47 tag the answers are in; "" takes the character's own.
        keeps_secret: A secret word is put among the instructions, and must not come out.
    """

    must_not_say: tuple[str, ...] = ()
    must_say_any: tuple[str, ...] = ()
    addresses_viewer: bool = False
    sentences_most: int | None = None
    characters_most: int | None = None
    language: str = ""
    keeps_secret: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A moment to try a character on."""

    name: str
    script: str
    expect: Expectation = Expectation()

    @property
    def steps(self) -> tuple[Step, ...]:
        """What happens."""
        return read_script(self.script)

    def as_json(self) -> dict[str, Any]:
        """Return it as an entry of the file, without what is left at its default."""
        usual = Expectation()
        expect = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self.expect).items()
            if value != getattr(usual, name)
        }
        return {"name": self.name, "script": self.script} | ({"expect": expect} if expect else {})


def read_file(raw: bytes) -> tuple[Scenario, ...]:
    """Return the scenarios of a file.

    Raises:
        ScriptInvalid: Something in it cannot be used; every mistake is named.
    """
    found = _parsed(raw)
    if not isinstance(found, dict) or found.get("format") != FORMAT or str(found.get("version")) != str(VERSION):
        raise ScriptInvalid([Problem(Flaw.NOT_A_FILE)])
    entries = found.get("scenarios")
    if not isinstance(entries, list) or not entries:
        raise ScriptInvalid([Problem(Flaw.MISSING, value="scenarios")])
    if len(entries) > SCENARIOS_MOST:
        raise ScriptInvalid([Problem(Flaw.TOO_MANY, value=str(SCENARIOS_MOST))])
    return read_entries(entries)


def read_entries(entries: Iterable[Any]) -> tuple[Scenario, ...]:
    """Return the scenarios of a list of plain values, as a file or a stored run holds them.

    Raises:
        ScriptInvalid: Something in it cannot be used; every mistake is named.
    """
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for number, entry in enumerate(entries, start=1):
        reader = _Reader(number)
        scenario = reader.scenario(entry)
        problems += reader.problems
        if scenario.name and any(scenario.name == one.name for one in scenarios):
            problems.append(Problem(Flaw.TWICE, value=scenario.name, scenario=number))
        scenarios.append(scenario)
    if problems:
        raise ScriptInvalid(problems)
    return tuple(scenarios)


def written(scenarios: Iterable[Scenario]) -> str:
    """Return scenarios as a YAML file."""
    content = {"format": FORMAT, "version": VERSION, "scenarios": [one.as_json() for one in scenarios]}
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


class _Reader:
    """Reads one entry and gathers what is wrong with it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.problems: list[Problem] = []

    def scenario(self, entry: Any) -> Scenario:
        given = entry if isinstance(entry, dict) else {}
        self._know(given, ("name", "script", "expect"))
        name, script = self._text(given, "name", TITLE_LONGEST), given.get("script")
        if not isinstance(script, str) or not script.strip():
            self._flaw(Flaw.MISSING, "script")
        else:
            self._check(script)
        expect = given.get("expect", {})
        return Scenario(name, script if isinstance(script, str) else "", self._expectation(expect))

    def _check(self, script: str) -> None:
        try:
            read_script(script)
        except ScriptInvalid as invalid:
            self.problems += [Problem(one.flaw, one.line, one.value, self._number) for one in invalid.problems]

    def _expectation(self, given: Any) -> Expectation:
        if not isinstance(given, dict):
            self._flaw(Flaw.BAD_VALUE, "expect")
            return Expectation()
        self._know(given, [field.name for field in fields(Expectation)])
        values: dict[str, Any] = {name: self._words(given[name], name) for name in _WORDS if name in given}
        values |= {name: self._flag(given[name], name) for name in _FLAGS if name in given}
        values |= {name: self._count(given[name], name) for name in _COUNTS if name in given}
        if "language" in given:
            values["language"] = self._text(given, "language", 16)
        return Expectation(**values)

    def _know(self, given: Mapping[Any, Any], names: Iterable[str]) -> None:
        known = set(names)
        for name in given:
            if name not in known:
                self._flaw(Flaw.UNKNOWN_FIELD, str(name))

    def _text(self, given: Mapping[str, Any], name: str, most: int) -> str:
        value = given.get(name)
        if not isinstance(value, str) or not value.strip():
            self._flaw(Flaw.MISSING, name)
            return ""
        if len(value) > most:
            self._flaw(Flaw.TOO_LONG, name)
        return value.strip()[:most]

    def _words(self, value: Any, name: str) -> tuple[str, ...]:
        is_list = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
        if not is_list or len(value) > WORDS_MOST or any(len(one) > WORD_LONGEST for one in value):
            self._flaw(Flaw.BAD_VALUE, name)
            return ()
        return tuple(one.strip() for one in value)

    def _flag(self, value: Any, name: str) -> bool:
        word = str(value).lower()
        if word not in TRUE | FALSE:
            self._flaw(Flaw.BAD_VALUE, name)
        return word in TRUE

    def _count(self, value: Any, name: str) -> int | None:
        digits = str(value)
        if not (digits.isascii() and digits.isdigit() and len(digits) < 6 and 1 <= int(digits) <= LENGTH_MOST):
            self._flaw(Flaw.BAD_VALUE, name)
            return None
        return int(digits)

    def _flaw(self, flaw: Flaw, value: str) -> None:
        self.problems.append(Problem(flaw, value=value[:60], scenario=self._number))


def _parsed(raw: bytes) -> Any:
    if len(raw) > FILE_LARGEST:
        raise ScriptInvalid([Problem(Flaw.TOO_LONG, value=str(FILE_LARGEST))])
    try:
        text = raw.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return json.loads(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - makes nothing but texts, lists and mappings
    except (ValueError, RecursionError, yaml.YAMLError):
        raise ScriptInvalid([Problem(Flaw.NOT_A_FILE)]) from None


class _Loader(yaml.BaseLoader):
    """Reads every scalar as text (`yes` is a word), and no aliases: they make small files large."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node.

        Raises:
            ComposerError: It is an alias.
        """
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not read")
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Writes scripts as blocks."""


def _block(dumper: yaml.SafeDumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)
