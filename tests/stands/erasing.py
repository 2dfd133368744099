"""A program for a stand: lets somebody live through a show, erases them, and rewrites the files.

Run as `python -m tests.stands.erasing live` and then `… erase`; the data folder can be searched in between.
"""

import os
import sys

import django

MARK = "Zyxquark"


def live() -> None:
    """Fill a studio with somebody."""
    from django.db import connection
    from django.utils import timezone

    from memory.models import Memory
    from relationships.models import Identity
    from relationships.services.recognition import rename
    from streams.models import Turn
    from tests.factories.memory import make_memory
    from tests.factories.personas import make_character
    from tests.factories.streams import make_held, make_stream
    from tests.factories.tenancy import make_studio
    from tests.live.scenes import end, hold, says, speak, take
    from vtcontrol.tenancy.scope import studio_scope

    studio = make_studio()
    with studio_scope(studio.pk):
        stream = make_stream(make_character().persona, viewer_cooldown_s=0)
        lease = hold(stream)
        for number in range(40):
            row = says(stream, f"Mira, {MARK} says {number}", author_id=f"{MARK}-id", author_name=f"{MARK}_{number}")
            claim = take(stream, lease)
            speak(lease, claim, text=f"Hello {MARK}!")
            record = {"messages": [{"role": "user", "content": f"{MARK} {number}"}]}
            turn = end(stream, lease, claim, prompt_record=record)
            Turn.objects.filter(pk=turn.pk).update(text=f"Hello {MARK}!")
            make_memory(stream.persona, text=f"{MARK} has {number} cats.", viewer_id=row.viewer_id)
            texts = {"text": f"[joy] Hello {MARK}!", "edited_text": f"Hi {MARK}!", "note": f"{MARK} {number}"}
            make_held(row, turn=turn, state="approved", decided_at=timezone.now(), **texts)
        rename(Identity.objects.get(), f"{MARK}_at_last", timezone.now())
        Memory.objects.filter(viewer_id=row.viewer_id).update(emotion=MARK)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def erase() -> None:
    """Erase them."""
    from uuid import UUID

    from django.db import connection

    from relationships.models import RequestOrigin, Viewer
    from streams.services import privacy
    from streams.services.commands import ask_to_erase
    from streams.services.rewriting import rewrite_if_due
    from vtcontrol.tenancy.scope import studio_scope, unscoped
    from vtcontrol.tenancy.studios import Studio

    studio = Studio.objects.get()
    with studio_scope(studio.pk):
        asked = ask_to_erase(Viewer.objects.get(), RequestOrigin.TEAM)
        privacy.erase(UUID(str(asked.pk)))
    with unscoped("a test rewrites the files"):
        assert rewrite_if_due(is_forced=True) == 1
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def tables() -> None:
    """Print which file is which table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode(oid), relname FROM pg_class WHERE relkind IN ('r', 'i', 't')")
        sys.stdout.write(" ".join(f"{number}={name}" for number, name in cursor.fetchall()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    django.setup()
    {"live": live, "erase": erase, "tables": tables}[sys.argv[1]]()
