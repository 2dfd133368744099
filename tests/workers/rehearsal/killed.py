"""A program that rehearses and is killed on the way: `python -m tests.workers.rehearsal.killed WHEN`.

WHEN is "prepare", "none", or a number: the process ends itself by SIGKILL when so many answers were written down, or,
with a minus, while the answer after so many is asked for.
"""

import json
import os
import signal
import sys
from typing import Any

LINES = 5


def main(when: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from streams.models import RehearsalAnswer, RehearsalRun
    from vtcontrol.tenancy.scope import studio_scope
    from vtcontrol.tenancy.studios import Studio
    from workers.rehearsal.carrying import carry_on

    if when == "prepare":
        call_command("migrate", verbosity=0)
    studio, _ = Studio.objects.get_or_create(slug="killed", defaults={"name": "Killed"})
    with studio_scope(studio.pk):
        if when == "prepare":
            _prepare()
            return
        if when != "none":
            _make_mortal(int(when))
        RehearsalRun.objects.filter(state="running").update(beat_at="2020-01-01T00:00:00Z")
        carry_on(RehearsalRun.objects.get().pk, slice_s=None)
        run = RehearsalRun.objects.get()
        steps = list(RehearsalAnswer.objects.order_by("step").values_list("step", flat=True))
        print(json.dumps({"state": run.state, "done": run.done, "deaths": run.deaths, "steps": steps}))


def _prepare() -> None:
    from personas.domain.rehearsal.scenarios import Scenario
    from streams.models import RehearsalSource
    from streams.services.rehearsals import Wanted, start
    from tests.factories.personas import make_character
    from tests.factories.streams import make_stream

    persona = make_character().persona
    script = "\n".join(f"Mia: line {number}" for number in range(LINES))
    scenarios = (Scenario("Lines", script),)
    stream = make_stream(persona)
    start(Wanted(persona, stream, None, "On air", RehearsalSource.OWN, scenarios=scenarios), is_queued=False)


def _make_mortal(after: int) -> None:
    from streams.services import rehearsals
    from workers.rehearsal import conversation

    written = 0
    keep, speak = rehearsals.keep_answer, conversation.speak

    def keep_and_die(*args: Any, **kwargs: Any) -> bool:
        nonlocal written
        kept = keep(*args, **kwargs)
        written += 1
        if written == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    async def speak_and_die(*args: Any, **kwargs: Any) -> Any:
        if written == -after:
            os.kill(os.getpid(), signal.SIGKILL)
        return await speak(*args, **kwargs)

    rehearsals.keep_answer = keep_and_die
    conversation.speak = speak_and_die


if __name__ == "__main__":
    main(sys.argv[1])
