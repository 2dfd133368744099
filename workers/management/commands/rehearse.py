"""`manage.py rehearse`: plays scenarios or a recorded broadcast to a character and checks its answers. For CI."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from personas.domain.rehearsal.scenarios import FILE_LARGEST, Scenario
from personas.models import Persona, Revision
from personas.rehearsal_words import finding_words
from personas.scenario_services import house_scenarios, scenarios_in, scenarios_of
from streams.models import Broadcast, RehearsalAnswer, RehearsalRun, RehearsalSource, RehearsalState, Stream
from streams.selectors.rehearsals import answers_of, report_of
from streams.services.rehearsals import Wanted, cancel, start
from vtcontrol.kernel.errors import Conflict, InputInvalid, VtcontrolError
from vtcontrol.tenancy.scope import studio_scope
from workers.management.choosing import the_persona, the_studio
from workers.rehearsal.carrying import carry_on

PUBLISHED = "published"


class Command(BaseCommand):
    """Rehearses in this process, and says how it went."""

    help = _("Rehearses a character. Exit code 0: every check passed.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--studio", default="", help=_("Short name of the studio (default: the only one)."))
        parser.add_argument("--persona", default="", help=_("Name of the character (default: the only one)."))
        parser.add_argument("--stream", default="", help=_("Name of the stream (default: the character's first)."))
        parser.add_argument("--revision", "--draft", type=int, default=0, help=_("Number of the revision to try."))
        parser.add_argument("--against", default="", help=_("What to compare with: published, or a number."))
        played = parser.add_mutually_exclusive_group()
        played.add_argument("--scenarios", default="", help=_("File of scenarios, YAML or JSON."))
        played.add_argument("--house", action="store_true", help=_("The house's scenarios."))
        played.add_argument("--broadcast", default="", help=_("Id of a broadcast to play again."))
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Rehearse, print the report, and fail unless every check passed."""
        try:
            with studio_scope(the_studio(options["studio"]).pk):
                report = self._rehearse(options)
        except (VtcontrolError, OSError) as error:
            report = {"ok": False, "reason": str(error) or type(error).__name__}
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        if not report["ok"]:
            raise CommandError(report["reason"])

    def _rehearse(self, options: dict[str, Any]) -> dict[str, Any]:
        run = start(_wanted(options), is_queued=False)
        try:
            if not carry_on(run.pk, slice_s=None):
                cancel(run)
                raise Conflict(_("Another rehearsal of this studio is running: try again when it is over."))
        except KeyboardInterrupt:
            cancel(run)
            raise
        run = RehearsalRun.objects.select_related("persona").get(pk=run.pk)
        answers = answers_of(run, with_prompts=False)
        if not options["json"]:
            for line in _lines(run, answers):
                self.stdout.write(line)
        return report_of(run, answers) | {"reason": _reason(run)}


def _wanted(options: dict[str, Any]) -> Wanted:
    """Return what the options ask for.

    Raises:
        InputInvalid: They ask for what is not there.
    """
    persona = the_persona(options["persona"])
    streams = Stream.objects.filter(persona=persona, **({"name": options["stream"]} if options["stream"] else {}))
    stream = streams.order_by("pk").first()
    if stream is None:
        raise InputInvalid(_("The character has no such stream: its language, rules and budgets come from there."))
    tried, tried_label = _side(persona, str(options["revision"] or PUBLISHED))
    against, against_label = _side(persona, options["against"]) if options["against"] else (None, "")
    source, scenarios, broadcast = _played(options, persona, stream)
    return Wanted(persona, stream, tried, tried_label, source, against, against_label, scenarios, broadcast)


def _side(persona: Persona, text: str) -> tuple[Revision | None, str]:
    """Return a side by what the options call it: "published", or a revision's number."""
    if text == PUBLISHED:
        return None, _("On air")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InputInvalid(_("Compare with “published” or with a number."), field="against")
    found: Revision | None = Revision.objects.filter(persona=persona, number=int(text)).first()
    if found is None:
        raise InputInvalid(_("There is no revision № %(number)s.") % {"number": text}, field="revision")
    return found, str(found)


def _played(
    options: dict[str, Any], persona: Persona, stream: Stream
) -> tuple[RehearsalSource, Sequence[Scenario], Broadcast | None]:
    if options["broadcast"]:
        return RehearsalSource.BROADCAST, (), _broadcast(options["broadcast"])
    if options["scenarios"]:
        with Path(options["scenarios"]).open("rb") as file:
            return RehearsalSource.FILE, scenarios_in(file.read(FILE_LARGEST + 1)), None
    own = () if options["house"] else scenarios_of(persona)
    if own:
        return RehearsalSource.OWN, own, None
    return RehearsalSource.HOUSE, house_scenarios(stream.language), None


def _broadcast(text: str) -> Broadcast:
    try:
        found: Broadcast | None = Broadcast.objects.filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise InputInvalid(_("There is no such broadcast."), field="broadcast")
    return found


def _lines(run: RehearsalRun, answers: Sequence[RehearsalAnswer]) -> list[str]:
    """Return the report for people."""
    lines: list[str] = []
    for answer in answers:
        name = run.scenarios[answer.scenario]["name"]
        label = run.tried_label if answer.side == run.sides[-1] else run.against_label
        lines += [f"{name} · {answer.said_name or answer.kind}: {answer.said_text}", f"  {label}: {answer.text}"]
        for one in answer.findings:
            if not one["ok"]:
                told = finding_words(one["check"], one.get("values", {}), ok=False, variant=one.get("variant", ""))
                lines.append(f"    ✗ {told} {one.get('where', '')}".rstrip())
    return lines


def _reason(run: RehearsalRun) -> str:
    if run.state != RehearsalState.DONE:
        return _("The rehearsal did not come to its end: %(why)s.") % {"why": run.note or run.state}
    return _("Checks failed: %(count)d.") % {"count": run.failed} if run.failed else ""
