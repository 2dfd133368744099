"""A program that consolidates and is killed on the way: `python -m tests.workers.mind.killed STEP`.

STEP is "none", or a step with "before " or "after " in front of it; the process then ends itself by SIGKILL there.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

STREAM = UUID(int=0x57)
SAID = (
    "My cat is called Biscuit!",
    "I live in Lisbon",
    "hello",
    "I moved to Porto",
    "I love synthwave",
    "I live in Porto",
)
STEPS = ("claim_window", "think", "store_answer", "apply_run")


def main(step: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from memory.models import ConsolidationCursor, Memory, MemoryEvidence
    from vtcontrol.tenancy.scope import studio_scope
    from vtcontrol.tenancy.studios import Studio

    if step == "prepare":
        call_command("migrate", verbosity=0)
    studio, _ = Studio.objects.get_or_create(slug="killed", defaults={"name": "Killed"})
    with studio_scope(studio.pk):
        persona = _prepare() if step == "prepare" else _persona()
        if step != "prepare":
            for _again in range(2):
                ConsolidationCursor.objects.update(lease_until=timezone.now())
                _consolidate(persona, step)
        facts = sorted((text, over is None) for text, over in Memory.objects.values_list("text", "valid_to"))
        print(json.dumps({"facts": facts, "evidence": MemoryEvidence.objects.count()}))


def _persona() -> Any:
    from personas.models import Persona

    return Persona.objects.get()


def _prepare() -> Any:
    from tests.factories.personas import make_character
    from tests.memory.said import say

    persona = make_character().persona
    for text in SAID:
        say(persona, STREAM, text)
    return persona


def _consolidate(persona: Any, step: str) -> None:
    import datetime as dt

    from memory.domain.noticing import notice
    from memory.services import consolidation

    when, _, wanted = step.partition(" ")

    def mortal(name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **kwargs: Any) -> Any:
            if (when, wanted) == ("before", name):
                os.kill(os.getpid(), signal.SIGKILL)
            result = do(*args, **kwargs)
            if (when, wanted) == ("after", name):
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return done

    think = mortal("think", lambda lines: [found for line in lines for found in notice(line, "en")])
    claim = mortal("claim_window", consolidation.claim_window)
    store = mortal("store_answer", consolidation.store_answer)
    if (when, wanted) == ("within", "apply_run"):
        consolidation.take_in = mortal_in_transaction(consolidation.take_in)
    apply = mortal("apply_run", consolidation.apply_run)
    settled = dt.timedelta(seconds=-1)
    while window := claim(persona.pk, STREAM, "interval", settled=settled):
        if not window.is_answered:
            store(window.run_id, think(window.lines), engine="rules", source="rules")
        apply(window.run_id, lambda viewer_id: True)


def mortal_in_transaction(do: Callable[..., Any]) -> Callable[..., Any]:
    def done(*args: Any, **kwargs: Any) -> Any:
        do(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return done


if __name__ == "__main__":
    main(sys.argv[1])
