"""What the clerk does behind the stage for a team: holds lines, schedules drafts, rehearses, and tells how it went."""

import datetime as dt
import threading
from typing import Any

Json = dict[str, Any]


def hold_everything(stream: str, timeout_s: int) -> None:
    from streams.domain.approval import ApprovalMode
    from streams.models import Stream

    row = Stream.objects.get(pk=stream)
    row.approval, row.approval_timeout_s = ApprovalMode.EVERYTHING, timeout_s
    with _studio_of(row):
        row.save()


def schedule(stream: str, words: list[str]) -> None:
    """Draft a character for each of the words, all due now."""
    from django.utils import timezone

    from personas.models import Revision
    from personas.services.revisions import content_of, save_draft
    from personas.services.revisions import schedule as to_be_published
    from streams.models import Stream

    row = Stream.objects.select_related("persona").get(pk=stream)
    with _studio_of(row):
        soon = timezone.now() + dt.timedelta(hours=1)
        for word in words:
            content = content_of(row.persona) | {"knowledge": word}
            to_be_published(save_draft(row.persona, content, by=None), soon, by=None)
        Revision.objects.filter(persona=row.persona).exclude(publish_at=None).update(publish_at=timezone.now())


def sweep_at_once(stream: str, sweeps: int) -> list[int]:
    """Have several sweeps carry out what is due at the same moment; returns how much each decided."""
    from django.db import connections

    from personas.models import Revision
    from personas.services.revisions import publish_due
    from streams.models import Stream

    row = Stream.objects.get(pk=stream)
    with _studio_of(row):
        due = list(Revision.objects.filter(persona=row.persona_id).exclude(publish_at=None).order_by("number"))
    together, decided = threading.Barrier(sweeps), [0] * sweeps

    def sweep(number: int) -> None:
        with _studio_of(row):
            for revision in due:
                together.wait()
                decided[number] += publish_due(revision.pk)
        connections.close_all()

    threads = [threading.Thread(target=sweep, args=(number,)) for number in range(sweeps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return decided


def revisions(stream: str) -> Json:
    """What the character knows now, and the revisions of it by number, as (state, knowledge)."""
    from personas.models import Revision
    from streams.models import Stream

    persona = Stream.objects.select_related("persona").get(pk=stream).persona
    rows = Revision.objects.filter(persona=persona).order_by("number")
    return {"knowledge": persona.knowledge, "rows": [(row.state, row.content.get("knowledge", "")) for row in rows]}


def rehearse(stream: str, lines: int) -> str:
    """Let a worker rehearse so many lines; returns the rehearsal."""
    from personas.domain.rehearsal.scenarios import Scenario
    from streams.models import RehearsalSource, Stream
    from streams.services.rehearsals import Wanted, start

    row = Stream.objects.select_related("persona").get(pk=stream)
    scenario = Scenario("Lines", "\n".join(f"Mia: line {number}" for number in range(lines)))
    with _studio_of(row):
        wanted = Wanted(row.persona, row, None, "On air", RehearsalSource.OWN, scenarios=(scenario,))
        return str(start(wanted).pk)


def rehearsal(run: str) -> Json:
    """How far a rehearsal has come."""
    from streams.models import RehearsalAnswer, RehearsalRun

    row = RehearsalRun.objects.get(pk=run)
    answers = RehearsalAnswer.objects.filter(run=row).order_by("step")
    return {"state": row.state, "done": row.done, "steps": list(answers.values_list("step", flat=True))}


def take_up_rehearsals() -> None:
    """Look for lost rehearsals as the clock does once a minute, as if their worker had been gone for long."""
    from streams.models import RehearsalRun
    from workers.tasks.rehearsal import sweep

    RehearsalRun.objects.filter(state="running").update(beat_at="2020-01-01T00:00:00Z")
    sweep()


def _studio_of(row: Any) -> Any:
    from vtcontrol.tenancy.scope import studio_scope

    return studio_scope(row.studio_id)


QUESTIONS = (hold_everything, schedule, sweep_at_once, revisions, rehearse, rehearsal, take_up_rehearsals)
