"""Scenarios of a character: read as values, and taken in from the house's set or from a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from personas.domain.rehearsal.scenarios import Expectation, Scenario, read_file
from personas.domain.rehearsal.script import ScriptInvalid
from personas.models import Persona
from personas.models import Scenario as ScenarioRow
from personas.rehearsal_words import problem_words
from personas.selectors import lines_of
from personas.services.revisions import lock_persona
from vtcontrol.kernel.errors import InputInvalid

HOUSE = Path(__file__).parent / "house_scenarios"
HOUSE_LANGUAGES = ("en", "ru")
SCENARIOS_MOST = 200
PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking scenarios in did: how many were added, and how many were there already."""

    added: int
    known: int


@cache
def house_scenarios(language: str) -> tuple[Scenario, ...]:
    """Return the house's set in a language; the English one where there is none."""
    tag = language.partition("-")[0].lower()
    name = tag if tag in HOUSE_LANGUAGES else HOUSE_LANGUAGES[0]
    return read_file((HOUSE / f"{name}.yaml").read_bytes())


def scenarios_of(persona: Persona) -> tuple[Scenario, ...]:
    """Return a character's own set. One query."""
    return tuple(value_of(row) for row in ScenarioRow.objects.filter(persona=persona))


def scenarios_in(raw: bytes) -> tuple[Scenario, ...]:
    """Return the scenarios of a file.

    Raises:
        InputInvalid: Something in it cannot be used; the message names every mistake.
    """
    try:
        return read_file(raw)
    except ScriptInvalid as invalid:
        told = [problem_words(one) for one in invalid.problems[:PROBLEMS_SHOWN]]
        if len(invalid.problems) > PROBLEMS_SHOWN:
            told.append(_("And %(count)d more mistakes.") % {"count": len(invalid.problems) - PROBLEMS_SHOWN})
        raise InputInvalid(" ".join(told), field="file") from None


def value_of(row: ScenarioRow) -> Scenario:
    """Return a stored scenario as a value."""
    expect = Expectation(
        must_not_say=lines_of(row.must_not_say),
        must_say_any=lines_of(row.must_say_any),
        addresses_viewer=row.addresses_viewer,
        sentences_most=row.sentences_most,
        characters_most=row.characters_most,
        language=row.language,
        keeps_secret=row.keeps_secret,
    )
    return Scenario(row.name, row.script, expect)


@transaction.atomic
def take_in(persona: Persona, scenarios: Iterable[Scenario]) -> Taken:
    """Copy scenarios to a character; those whose name it has stay as they are.

    Raises:
        InputInvalid: It would have more than anybody rehearses.
    """
    lock_persona(persona.pk)
    known = set(ScenarioRow.objects.filter(persona=persona).values_list("name", flat=True))
    given = list(scenarios)
    new = [one for one in given if one.name not in known]
    if len(known) + len(new) > SCENARIOS_MOST:
        raise InputInvalid(_("A character has at most %(count)d scenarios.") % {"count": SCENARIOS_MOST})
    ScenarioRow.objects.bulk_create(_row(persona, one) for one in new)
    return Taken(len(new), len(given) - len(new))


def _row(persona: Persona, one: Scenario) -> ScenarioRow:
    expect = one.expect
    return ScenarioRow(
        persona=persona,
        name=one.name,
        script=one.script.strip(),
        must_not_say="\n".join(expect.must_not_say),
        must_say_any="\n".join(expect.must_say_any),
        addresses_viewer=expect.addresses_viewer,
        keeps_secret=expect.keeps_secret,
        sentences_most=expect.sentences_most,
        characters_most=expect.characters_most,
        language=expect.language,
    )
