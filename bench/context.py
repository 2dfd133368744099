"""`./run bench context`: how long everything a turn's prompt is made from takes to read, among 10,000 memories.

`all_reads` is `streams.selectors.context.gather` end to end: card, what is never said, memories, notes, recent lines,
lore (500 pieces with 1,500 keys) and the making of the prompt. The other figures are its parts, measured alone on the
same lines: they show where the time goes, and do not add up to the whole exactly.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from bench.figures import Figures

TURNS = 200
MEMORIES = 10_000
LORE = 500


def run() -> Figures:
    """Measure in a process of its own, on a database of its own."""
    figures = Figures("context")
    with tempfile.TemporaryDirectory(prefix="bench-context-") as folder:
        environment = {**os.environ, "VTCONTROL_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "vtcontrol.settings"}
        answer = subprocess.run(
            [sys.executable, "-m", "bench.context"], env=environment, capture_output=True, text=True, check=False
        )
    if answer.returncode:
        figures.require(is_so=False, note=answer.stderr[-400:])
        return figures
    for name, values in json.loads(answer.stdout).items():
        figures.add(name, values, "ms")
    figures.require(figures.rows["all_reads"]["n"] == TURNS, "not every turn was read")
    return figures


def main() -> None:
    """Measure and print the samples."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measured()))


def measured() -> dict[str, list[float]]:
    """Return the samples of the whole and of its parts, in milliseconds."""
    from bench.memory import Words
    from bench.seed import seed
    from memory.models import Memory
    from memory.services import remember_many
    from streams.models import Stream
    from vtcontrol.tenancy.scope import studio_scope

    chance, words = random.Random(3), Words(1)
    made = seed()
    with studio_scope(UUID(made["studio"])):
        stream = Stream.objects.select_related("persona").get(pk=made["streams"][0]["id"])
        _furnish(stream, chance)
        remember_many(Memory(persona=stream.persona, text=f"{words.line(11)} {n}") for n in range(MEMORIES))
        lines = [words.line(8) for _ in range(TURNS + 20)]
        samples: dict[str, list[float]] = {}
        for number, line in enumerate(lines):
            for name, took in _turn(stream, line).items():
                if number >= 20:  # the first ones compile queries and fill the index
                    samples.setdefault(name, []).append(took)
    return samples


def _furnish(stream: Any, chance: random.Random) -> None:
    """Give the stream's character lore, notes, a viewer it knows and lines that were heard."""
    import datetime as dt

    from django.utils import timezone

    from bench.seed import WORDS
    from memory.models import Lore, Speaker, Utterance
    from relationships.models import Relationship, Viewer
    from streams.models import DirectorNote

    Lore.objects.bulk_create(
        Lore(persona=stream.persona, keys=f"key{n}, word{n}, {chance.choice(WORDS)}{n}", content=f"About {n}.")
        for n in range(LORE)
    )
    viewer = Viewer(name="Bo")
    viewer.save()
    Relationship(viewer=viewer, persona=stream.persona, affinity=60.0, familiarity=60.0).save()
    for number in range(3):
        DirectorNote(stream=stream, text=f"Note {number}.", turns_left=1000).save()
    for _number in range(40):
        Utterance(
            persona=stream.persona, stream_id=stream.pk, speaker=Speaker.VIEWER, name="Bo",
            text=" ".join(chance.choices(WORDS, k=8)), said_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(days=1),
        ).save()  # fmt: skip


def _turn(stream: Any, line: str) -> dict[str, float]:
    from django.utils import timezone

    from memory.domain.lore import match
    from memory.selectors import recall, recent_lines
    from relationships.models import Viewer
    from relationships.selectors import card_for_prompt, never_about
    from streams.models import InboxEvent
    from streams.selectors import context
    from streams.selectors.config import current_config, read_versions

    config, version = current_config(stream.studio_id, stream.pk), read_versions(stream.pk).memory
    viewer_id = Viewer.objects.values_list("pk", flat=True).get()
    event = InboxEvent(stream=stream, kind="chat", text=f"{line} key7", author_name="Bo", viewer_id=viewer_id)
    now = timezone.now()
    parts: dict[str, Callable[[], Any]] = {
        "card": lambda: card_for_prompt(viewer_id, config.persona_id, config.language, now=now, is_on=True),
        "never": lambda: never_about(event.text),
        "recall": lambda: recall(config.persona_id, version, event.text, viewer_id, now=now),
        "notes": lambda: context._NOTES.rows(stream_id=config.stream_id),
        "lines": lambda: recent_lines(config.stream_id, now=now, limit=context.TRANSCRIPT_LINES),
        "lore": lambda: match(config.lore, [event.text, line], seed=str(event.pk)),
        "all_reads": lambda: context.gather(config, event, version, now=now),
    }
    return {name: _took(part) for name, part in parts.items()}


def _took(part: Callable[[], Any]) -> float:
    began = time.perf_counter()
    part()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
