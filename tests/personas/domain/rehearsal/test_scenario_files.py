"""Files of scenarios: YAML and JSON, bounded, every mistake told with its place; and the house's own sets."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import personas
from personas.domain.rehearsal.scenarios import FILE_LARGEST, Expectation, Scenario, read_file, written
from personas.domain.rehearsal.script import Flaw, ScriptInvalid

HOUSE = Path(personas.__file__).parent / "house_scenarios"
FILE = """
format: vtcontrol.scenarios
version: 1
scenarios:
  - name: A rude guest
    script: |
      Grump: You are boring.
    expect:
      must_not_say: [shut up, no]
      addresses_viewer: yes
      sentences_most: 2
"""


def _file(*entries: object) -> bytes:
    return json.dumps({"format": "vtcontrol.scenarios", "version": 1, "scenarios": list(entries)}).encode()


def _flaws(raw: bytes) -> list[tuple[Flaw, str, int, int]]:
    with pytest.raises(ScriptInvalid) as refused:
        read_file(raw)
    return [(one.flaw, one.value, one.scenario, one.line) for one in refused.value.problems]


def test_a_file_is_read_and_yes_and_no_are_words_where_words_stand() -> None:
    (scenario,) = read_file(FILE.encode())

    assert scenario.name == "A rude guest"
    assert scenario.expect == Expectation(must_not_say=("shut up", "no"), addresses_viewer=True, sentences_most=2)
    assert scenario.steps[0].text == "You are boring."


def test_json_is_read_too() -> None:
    entry = {"name": "Hi", "script": "Mia: 🙂 hi", "expect": {"keeps_secret": True, "characters_most": 90}}

    (scenario,) = read_file(_file(entry))

    assert scenario == Scenario("Hi", "Mia: 🙂 hi", Expectation(keeps_secret=True, characters_most=90))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b"hello",
        b"{",
        b"format: vtcontrol.scenarios\nversion: 2\nscenarios: []",
        b"a: &a [1]\nb: *a",
        b"[" * 5000,
        b"{" * 5000,
        b"a: !!python/object/apply:os.system ['true']",
    ],
)
def test_what_is_no_such_file_is_refused(raw: bytes) -> None:
    assert _flaws(raw)[0][0] is Flaw.NOT_A_FILE


def test_a_file_that_is_too_large_is_not_looked_into() -> None:
    assert _flaws(b" " * (FILE_LARGEST + 1))[0][0] is Flaw.TOO_LONG


def test_every_mistake_is_told_with_its_place() -> None:
    entries = (
        {"name": "One", "script": "Mia: hi\nnobody", "colour": "red"},
        {"script": "Mia: hi", "expect": {"sentences_most": "many", "shouts": "no", "must_not_say": "word"}},
        {"name": "Three"},
        {"name": "One", "script": "Mia: hi", "expect": ["short"]},
        7,
    )

    assert _flaws(_file(*entries)) == [
        (Flaw.UNKNOWN_FIELD, "colour", 1, 0),
        (Flaw.NOBODY_SAYS_IT, "nobody", 1, 2),
        (Flaw.MISSING, "name", 2, 0),
        (Flaw.UNKNOWN_FIELD, "shouts", 2, 0),
        (Flaw.BAD_VALUE, "must_not_say", 2, 0),
        (Flaw.BAD_VALUE, "sentences_most", 2, 0),
        (Flaw.MISSING, "script", 3, 0),
        (Flaw.BAD_VALUE, "expect", 4, 0),
        (Flaw.TWICE, "One", 4, 0),
        (Flaw.MISSING, "name", 5, 0),
        (Flaw.MISSING, "script", 5, 0),
    ]


def test_a_file_without_scenarios_and_one_with_too_many_are_refused() -> None:
    assert _flaws(_file())[0][:2] == (Flaw.MISSING, "scenarios")
    assert _flaws(_file(*range(101)))[0][0] is Flaw.TOO_MANY


WORDS = st.lists(st.from_regex(r"[a-zа-я]{1,10}( [a-z]{1,5})?\*?", fullmatch=True), max_size=4).map(tuple)
EXPECTATIONS = st.builds(
    Expectation,
    must_not_say=WORDS,
    must_say_any=WORDS,
    addresses_viewer=st.booleans(),
    sentences_most=st.none() | st.integers(1, 100),
    characters_most=st.none() | st.integers(1, 5000),
    language=st.sampled_from(["", "en", "no", "ru"]),
    keeps_secret=st.booleans(),
)
NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40)


@given(st.dictionaries(NAMES, EXPECTATIONS, min_size=1, max_size=5))
def test_what_is_written_reads_as_the_same(given_scenarios: dict[str, Expectation]) -> None:
    scenarios = tuple(Scenario(name, "Mia: yes\n[silence]", expect) for name, expect in given_scenarios.items())

    assert read_file(written(scenarios).encode()) == scenarios


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_house_has_a_set_in_each_language(language: str) -> None:
    scenarios = read_file((HOUSE / f"{language}.yaml").read_bytes())

    kinds = {step.kind for scenario in scenarios for step in scenario.steps}
    assert len(scenarios) == 12
    assert kinds >= {"chat", "speech", "silence", "renamed", "storm", "donation", "raid", "subscription"}
    assert any(scenario.expect.keeps_secret for scenario in scenarios)
    assert sum(bool(scenario.expect.must_not_say) for scenario in scenarios) >= 4
