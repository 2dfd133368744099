"""What rehearsal says to people: mistakes in scripts and files, and what the checks found."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.domain.rehearsal.checks import Check
from personas.domain.rehearsal.script import KINDS, Flaw, Problem

FLAWS = {
    Flaw.NOBODY_SAYS_IT: gettext_lazy("Who says it? Write it as “Mia: Hi!” (%(value)s)."),
    Flaw.UNKNOWN_EVENT: gettext_lazy("There is no event “%(value)s”. There are: %(kinds)s."),
    Flaw.NO_TEXT: gettext_lazy("A %(value)s needs words after the colon."),
    Flaw.NO_NAME: gettext_lazy("A %(value)s needs a name before it."),
    Flaw.BAD_NUMBER: gettext_lazy("“%(value)s” cannot be read: write a number and, for money, a currency (5 EUR)."),
    Flaw.TOO_LONG: gettext_lazy("Too long: %(value)s."),
    Flaw.TOO_MANY: gettext_lazy("Too many: at most %(value)s."),
    Flaw.NOTHING_HAPPENS: gettext_lazy("Nothing happens that the character could answer."),
    Flaw.NOT_A_FILE: gettext_lazy("This is no file of scenarios: YAML or JSON that begins with “format: "
                                  "vtcontrol.scenarios” and “version: 1”."),
    Flaw.UNKNOWN_FIELD: gettext_lazy("There is no field “%(value)s”."),
    Flaw.MISSING: gettext_lazy("“%(value)s” is missing."),
    Flaw.BAD_VALUE: gettext_lazy("What stands in “%(value)s” cannot be used."),
    Flaw.TWICE: gettext_lazy("The name “%(value)s” is there twice."),
}  # fmt: skip
CHECKS = {
    Check.ANSWERED: gettext_lazy("Answers"),
    Check.LENGTH: gettext_lazy("Length"),
    Check.TAGS: gettext_lazy("Tags"),
    Check.REPEATS: gettext_lazy("No repeats"),
    Check.RULES: gettext_lazy("Moderation"),
    Check.FORBIDDEN: gettext_lazy("Must not say"),
    Check.EXPECTED: gettext_lazy("Must say"),
    Check.LEAK: gettext_lazy("Keeps its instructions"),
    Check.NAME: gettext_lazy("Names the viewer"),
    Check.LANGUAGE: gettext_lazy("Language"),
}
PASSED = {
    Check.ANSWERED: gettext_lazy("It answers."),
    Check.LENGTH: gettext_lazy("Sentences: %(sentences)s of at most %(sentences_most)s; characters: %(characters)s."),
    Check.TAGS: gettext_lazy("Every tag is one of its own, and none is spoken."),
    Check.REPEATS: gettext_lazy("Nothing is said twice."),
    Check.RULES: gettext_lazy("No moderation rule had to step in."),
    Check.FORBIDDEN: gettext_lazy("None of the forbidden words comes up."),
    Check.EXPECTED: gettext_lazy("It says “%(words)s”."),
    Check.LEAK: gettext_lazy("Nothing of its instructions comes out."),
    Check.NAME: gettext_lazy("It names %(name)s."),
    Check.LANGUAGE: gettext_lazy("It speaks the language it should (%(language)s)."),
}
FAILED = {
    (Check.ANSWERED, ""): gettext_lazy("It says nothing (%(outcome)s)."),
    (Check.LENGTH, "sentences"): gettext_lazy("Too long: %(sentences)s sentences, at most %(sentences_most)s."),
    (Check.LENGTH, "characters"): gettext_lazy("Too long: %(characters)s characters, at most %(characters_most)s."),
    (Check.TAGS, ""): gettext_lazy("It uses tags it does not have: %(tags)s."),
    (Check.TAGS, "spoken"): gettext_lazy("A tag or a stage direction would be read aloud."),
    (Check.REPEATS, ""): gettext_lazy("It says again what it said before (%(percent)s %% of the words in a row)."),
    (Check.REPEATS, "sentence"): gettext_lazy("It says a sentence it has said before."),
    (Check.RULES, ""): gettext_lazy("A moderation rule had to step in: %(rules)s."),
    (Check.FORBIDDEN, ""): gettext_lazy("It says “%(words)s”."),
    (Check.EXPECTED, ""): gettext_lazy("None of these comes up: %(words)s."),
    (Check.LEAK, ""): gettext_lazy("It quotes its instructions."),
    (Check.LEAK, "secret"): gettext_lazy("It gives the secret word away (%(words)s)."),
    (Check.NAME, ""): gettext_lazy("It does not name %(name)s."),
    (Check.LANGUAGE, ""): gettext_lazy("It does not speak the language it should (%(language)s)."),
}
OUTCOMES = {
    "empty": gettext_lazy("nothing came"),
    "blocked": gettext_lazy("moderation let nothing through"),
    "failed": gettext_lazy("the brain failed"),
    "passed_over": gettext_lazy("triage passed everything over"),
}


def problem_words(problem: Problem) -> str:
    """Return a mistake as a sentence, with its place."""
    words = str(FLAWS[problem.flaw]) % {"value": problem.value, "kinds": ", ".join(KINDS)}
    if problem.line:
        words = _("Line %(line)d: %(words)s") % {"line": problem.line, "words": words}
    if problem.scenario:
        words = _("Scenario %(number)d: %(words)s") % {"number": problem.scenario, "words": words}
    return words


def finding_words(check: str, values: Mapping[str, Any], *, ok: bool, variant: str = "") -> str:
    """Return what a check found as a sentence."""
    known = dict(values)
    if "outcome" in known:
        known["outcome"] = OUTCOMES.get(known["outcome"], known["outcome"])
    template = PASSED[Check(check)] if ok else FAILED[Check(check), variant]
    return str(template) % known
