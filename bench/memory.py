"""`./run bench memory`: how fast a character recalls, and how often what it was told is among the five it recalls.

Speed: searches end to end (index, rows read again through every filter, ranking), without a question's vector, on the
database of the environment (SQLite unless DATABASE_URL says otherwise). `search_1m_others` is the same search among
10,000 memories while a million of other studios stand in the same table. `cold_100k` is the first search of a process.

Recall: `bench.conversations`, told as a viewer's lines between small talk; a question counts when the line it is about
is among the five. `hybrid` asks the first model of VTCONTROL_EMBEDDINGS_DIR, so an operator sees what it gains. Without
one it asks a stub of an embeddings endpoint on this machine, whose vectors are hashed letter groups: it shows that the
whole path works, not what a real model would gain.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate
from typing import Any

from bench.figures import Figures

SEARCHES = 300
DIMS = 384


def run() -> Figures:
    """Measure in a process of its own, on a database of its own."""
    figures = Figures("memory")
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        environment = {**os.environ, "VTCONTROL_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "vtcontrol.settings"}
        for part in ("speed", "recall"):
            answer = subprocess.run(
                [sys.executable, "-m", "bench.memory", part],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if answer.returncode:
                figures.require(is_so=False, note=f"{part}: {answer.stderr[-400:]}")
                continue
            for name, (values, unit) in json.loads(answer.stdout).items():
                figures.add(name, values, unit)
                if unit == "share":
                    figures.rows[name] |= {"median": round(sum(values) / len(values), 3), "p95": None}
    figures.require(figures.rows.get("search_100k", {}).get("n") == SEARCHES, "not every search was made")
    return figures


def main() -> None:
    """Run one part and print its samples."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    part = speed if sys.argv[1] == "speed" else recall_shares
    print(json.dumps(part()))


# --- Speed --------------------------------------------------------------------------------------------------------


class Words:
    """Words as common as in speech: the n-th is said a share of 1/n."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._words = [f"{'kmprst'[n % 6]}{'aeiou'[n % 5]}w{n}" for n in range(20_000)]
        self._weights = list(accumulate(1 / (n + 1) for n in range(20_000)))

    def line(self, count: int) -> str:
        """Return so many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))


def speed() -> dict[str, Any]:
    """Return the samples of all searches, in milliseconds."""
    found: dict[str, Any] = {}
    words = Words(1)
    small = _filled("ten", 10_000, words)
    found["search_10k"] = _searched(small, words)
    large = _filled("hundred", 100_000, words)
    found["cold_100k"] = ([_cold(large)], "ms")
    found["search_100k"] = _searched(large, words)
    _surround(large[1], 10)
    found["search_1m_others"] = _searched(small, words)
    return found


def _filled(name: str, count: int, words: Words) -> tuple[Any, Any]:
    """Make a studio whose character has so many memories, a third of them about 200 viewers; return both ids."""
    from bench.seed import _persona, analyse
    from memory.models import Memory
    from memory.services import remember_many
    from vtcontrol.kernel.ids import uuid7
    from vtcontrol.tenancy.models import Studio
    from vtcontrol.tenancy.scope import studio_scope

    studio = Studio.objects.create(slug=name, name=name)
    with studio_scope(studio.pk):
        persona = _persona("", "auto")
        viewers = [uuid7() for _ in range(200)]
        owners = [viewers[number % 200] if number % 3 == 0 else None for number in range(count)]
        remember_many(
            Memory(persona=persona, text=f"{words.line(11)} {number}", viewer_id=owner)
            for number, owner in enumerate(owners)
        )
    analyse()
    return studio.pk, (persona.pk, viewers[0])


def _cold(place: tuple[Any, Any]) -> float:
    """Return how long the first search of a character takes."""
    from memory.selectors import forget_index

    forget_index(place[1][0])
    return _search(place, "kew5 maw77 pew300")


def _searched(place: tuple[Any, Any], words: Words) -> tuple[list[float], str]:
    _search(place, words.line(8))
    return [_search(place, words.line(8)) for _ in range(SEARCHES)], "ms"


def _search(place: tuple[Any, Any], text: str) -> float:
    from django.utils import timezone

    from memory.selectors import recall
    from personas.models import Persona
    from vtcontrol.tenancy.scope import studio_scope

    studio_id, (persona_id, viewer_id) = place
    with studio_scope(studio_id):
        version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona_id)
        now = timezone.now()
        began = time.perf_counter()
        recall(persona_id, version, text, viewer_id, now=now)
        return (time.perf_counter() - began) * 1000


def _surround(source: tuple[Any, Any], times: int) -> None:
    """Copy a character's memories to as many other studios, inside the database."""
    from django.db import connection, transaction

    from bench.seed import _persona, analyse
    from memory.models import Memory
    from vtcontrol.tenancy.models import Studio
    from vtcontrol.tenancy.scope import studio_scope

    is_sqlite = connection.vendor == "sqlite"
    new_id = "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()"
    own = {"id", "studio_id", "persona_id"}
    columns = [field.column for field in Memory._meta.concrete_fields if field.column not in own]
    listed = ", ".join(f'"{column}"' for column in columns)
    for number in range(times):
        studio = Studio.objects.create(slug=f"other-{number}", name=f"Other {number}")
        with studio_scope(studio.pk):
            persona = _persona("", "auto")
        ids = [studio.pk, persona.pk, source[0]]
        values = [one.hex for one in ids] if is_sqlite else ids
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO memory_memory ("id", "studio_id", "persona_id", {listed}) '
                f"SELECT {new_id}, %s, %s, {listed} FROM memory_memory WHERE persona_id = %s",
                values,
            )
    analyse()


# --- Recall -------------------------------------------------------------------------------------------------------


class Embedder(BaseHTTPRequestHandler):
    """A stub of `/v1/embeddings`: hashed letter groups of the stems."""

    def do_POST(self) -> None:
        """Answer with vectors."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = [{"index": at, "embedding": _letters(text)} for at, text in enumerate(body["input"])]
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _letters(text: str) -> list[float]:
    from memory.domain.stems import stems

    vector = [0.0] * DIMS
    for stem in stems(text):
        marked = f"<{stem}>"
        for size in (3, 4, 5):
            for first in range(len(marked) - size + 1):
                code = zlib.crc32(marked[first : first + size].encode())
                vector[code % DIMS] += 1.0 if code & 0x1000 else -1.0
    return vector if any(vector) else [1.0] * DIMS


def recall_shares() -> dict[str, Any]:
    """Return for each question whether its evidence was among the five."""
    from bench.conversations import EN, RU, TALK_EN, TALK_RU

    return {
        "recall5_lexical_en": (_asked("en", EN, TALK_EN), "share"),
        "recall5_lexical_ru": (_asked("ru", RU, TALK_RU), "share"),
        "recall5_hybrid_en": (_asked("hybrid", EN, TALK_EN, is_hybrid=True), "share"),
    }


def _asked(name: str, scenes: Sequence[Any], talk: Sequence[str], *, is_hybrid: bool = False) -> list[float]:
    from django.utils import timezone

    from bench.seed import _persona
    from memory.models import EmbeddingEngine
    from memory.selectors import recall
    from memory.selectors.semantics import embed_queries_with
    from vtcontrol.kernel.ids import uuid7
    from vtcontrol.tenancy.models import Studio
    from vtcontrol.tenancy.scope import studio_scope
    from workers.mind.embedding import EngineRoom, embed_missing, local_models

    studio = Studio.objects.create(slug=name, name=name)
    viewer_id = uuid7()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Embedder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    room = EngineRoom(query_s=5.0)
    try:
        with studio_scope(studio.pk):
            persona = _persona("", "auto")
            evidence = _tell(persona, viewer_id, scenes, talk)
            if is_hybrid:
                own, stub = local_models()[:1], f"http://127.0.0.1:{server.server_port}/v1"
                engine = {"engine": "onnx", "model": own[0]} if own else {"base_url": stub, "model": "letters"}
                EmbeddingEngine(name="Bench", **engine).save()
                embed_queries_with(room)
                while embed_missing(room):
                    pass
            persona.refresh_from_db()
            now, shares = timezone.now(), []
            for scene in scenes:
                found = recall(persona.pk, persona.memory_version, scene.asked, viewer_id, now=now)
                shares.append(float(evidence[scene.told] in {one.id for one in found}))
            return shares
    finally:
        embed_queries_with(None)
        room.close()
        server.shutdown()


def _tell(persona: Any, viewer_id: Any, scenes: Sequence[Any], talk: Sequence[str]) -> dict[str, Any]:
    """Let a viewer tell the scenes between small talk, twelve conversations of it; return the evidence by its words."""
    from memory.models import Memory
    from memory.services import remember_many
    from vtcontrol.kernel.ids import uuid7

    chance = random.Random(5)
    rows, evidence = [], {}
    told = list(scenes)
    chance.shuffle(told)
    for number in range(12):
        lines: list[tuple[str, str]] = []
        for scene in told[number::12]:
            lines += [(line, "") for line in chance.sample(talk, 8)]
            lines += [(scene.told, scene.told), (scene.after, "")]
        lines += [(line, "") for line in chance.sample(talk, 6)]
        episode_id = uuid7()
        for position, (line, mark) in enumerate(lines, start=1):
            text = line if mark else f"{line} ({number}.{position})"
            rows.append(
                Memory(
                    persona=persona, viewer_id=viewer_id, text=f"Bo: {text}", episode_id=episode_id, position=position
                )
            )
            if mark:
                evidence[mark] = rows[-1].pk
    remember_many(rows)
    return evidence


if __name__ == "__main__":
    main()
