"""The list of refusals outside the database, so that a restored backup brings nobody back.

Owns the file: one JSON object a line (studio, digest, kind, time), only ever added to. It names nobody: digests are
keyed. The last word about an account is the one with the latest time, in the file or in the database.
"""

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from relationships.models import Identity, Refusal, RefusalKind, RequestOrigin, Viewer
from relationships.services.refusals import digest_of
from streams.services.commands import ask_to_erase
from vtcontrol.tenancy.scope import current_studio_id


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was last said about an account."""

    kind: str
    at: dt.datetime


def sync() -> dict[str, int]:
    """Bring the studio's refusals and the file to the same state; return how many went which way.

    An account the file knows as erased or opted out, and the database does not, came back with a backup: it is refused
    again, and its viewer erased again or opted out again.
    """
    filed, known = _read(Path(settings.TOMBSTONE_FILE), current_studio_id()), _stored()
    missing = {digest: one for digest, one in filed.items() if digest not in known or one.at > known[digest].at}
    new = {digest: one for digest, one in known.items() if digest not in filed or one.at > filed[digest].at}
    if missing:
        _bring_back(missing, set(known))
    if new:
        _append(Path(settings.TOMBSTONE_FILE), current_studio_id(), new)
    return {"written": len(new), "restored": len(missing)}


def _stored() -> dict[str, Tombstone]:
    return {digest: Tombstone(kind, at) for digest, kind, at in Refusal.objects.values_list("digest", "kind", "at")}


def _read(file: Path, studio_id: UUID) -> dict[str, Tombstone]:
    """Return the last word of each account; a line cut off by a crash is passed over."""
    found: dict[str, Tombstone] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        try:
            entry = json.loads(line)
            if entry["studio"] != str(studio_id):
                continue
            one = Tombstone(RefusalKind(entry["kind"]), dt.datetime.fromisoformat(entry["at"]))
        except (ValueError, KeyError, TypeError):
            continue
        if entry["digest"] not in found or one.at >= found[entry["digest"]].at:
            found[entry["digest"]] = one
    return found


def _append(file: Path, studio_id: UUID, new: dict[str, Tombstone]) -> None:
    lines = [
        json.dumps({"studio": str(studio_id), "digest": digest, "kind": one.kind, "at": one.at.isoformat()})
        for digest, one in sorted(new.items())
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as opened:
        opened.write("\n" + "\n".join(lines) + "\n")
        opened.flush()
        os.fsync(opened.fileno())


@transaction.atomic
def _bring_back(missing: dict[str, Tombstone], known: set[str]) -> None:
    for digest, one in missing.items():
        if digest in known:
            Refusal.objects.filter(digest=digest).update(kind=one.kind, at=one.at)
        else:
            Refusal(digest=digest, kind=one.kind, at=one.at).save()
    gone = {digest: one.kind for digest, one in missing.items() if one.kind != RefusalKind.READMITTED}
    met: dict[UUID, str] = {}
    for platform, platform_id, viewer_id in Identity.objects.values_list("platform", "platform_id", "viewer_id"):
        kind = gone.get(digest_of(platform, platform_id))
        if kind is not None and met.get(viewer_id) != RefusalKind.ERASED:
            met[viewer_id] = kind
    for viewer in Viewer.objects.filter(pk__in=met):
        if met[viewer.pk] == RefusalKind.ERASED:
            ask_to_erase(viewer, RequestOrigin.RESTORE)
        else:
            Viewer.objects.filter(pk=viewer.pk).update(has_opted_out=True)
