"""What a person may ask for about their own data, carried out: erasing, in steps that survive a crash.

`streams.services.commands.ask_to_erase` has already stopped all storing and use. Here the rows go (at once), then what
other rows know of the person (in batches), then the files are rewritten (`streams.services.rewriting`).
"""

import datetime as dt
import json
import logging
from collections import Counter
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from relationships.models import Deed, PrivacyRequest, RequestKind, RequestState, Viewer
from relationships.services.audit import note
from streams.domain.quotes import Window
from streams.domain.trails import Trail
from streams.services import erasure
from vtcontrol.tenancy.secrets import seal, unseal
from vtcontrol.tenancy.tasks import enqueue

logger = logging.getLogger(__name__)
TAKEN_UP_AFTER = dt.timedelta(minutes=10)
OPEN = (RequestState.WAITING, RequestState.RUNNING, RequestState.FAILED)


class Step:
    """The steps of an erasure, as codes; the admin puts them into words."""

    ROWS = "rows"
    PROMPTS = "prompts"
    MENTIONS = "mentions"
    REWRITE = "rewrite"


def erase(request_id: UUID) -> PrivacyRequest | None:
    """Carry out a request to erase somebody; again after a crash, from where it stopped.

    Returns:
        The request, or None when there is nothing (more) to do.
    """
    asked: PrivacyRequest | None = PrivacyRequest.objects.filter(
        pk=request_id, kind=RequestKind.ERASE, state__in=OPEN
    ).first()
    if asked is None:
        return None
    PrivacyRequest.objects.filter(pk=asked.pk).update(state=RequestState.RUNNING, step=Step.ROWS)
    try:
        _go_through(asked)
    except Exception as error:
        PrivacyRequest.objects.filter(pk=asked.pk).update(state=RequestState.FAILED, problem=type(error).__name__[:80])
        raise
    return asked


def _go_through(asked: PrivacyRequest) -> None:
    counts = Counter(asked.counts.get("erased", {}))
    if asked.viewer_id is not None:
        counts += _erase_rows(asked)
    if not asked.sealed:  # there was nobody
        _finish(asked, counts, {})
        return
    found = json.loads(unseal(asked.sealed))
    trail = Trail.from_json(found["trail"])
    _say(asked, Step.PROMPTS, counts)
    since = dt.datetime.fromisoformat(found["since"])
    for stream_id, first, last in found["quoted"]:
        window = dt.datetime.fromisoformat(first), dt.datetime.fromisoformat(last)
        counts += erasure.drop_prompts(UUID(stream_id), *window)
    counts += erasure.drop_prompts_naming(trail, since=since)
    _say(asked, Step.MENTIONS, counts)
    counts += erasure.redact(trail)
    _finish(asked, counts, erasure.count_in_teams_words(trail))


def _erase_rows(asked: PrivacyRequest) -> Counter[str]:
    """Erase the person's rows. What takes long to find is found first: who writes keeps a show waiting."""
    viewer = Viewer.objects.filter(pk=asked.viewer_id).first()
    quoted = erasure.quoting(viewer) if viewer is not None else []
    return _write_erasure(asked, viewer, quoted)


@transaction.atomic
def _write_erasure(asked: PrivacyRequest, viewer: Viewer | None, quoted: list[tuple[UUID, Window]]) -> Counter[str]:
    """Erase the person's rows, and keep under seal what the next steps look for: in one transaction."""
    counts: Counter[str] = Counter()
    if viewer is not None:
        since = viewer.first_seen_at
        trail, counts = erasure.erase_rows(viewer)
        windows = [(str(stream_id), first.isoformat(), last.isoformat()) for stream_id, (first, last) in quoted]
        found = {"trail": trail.as_json(), "since": since.isoformat(), "quoted": windows}
        asked.sealed = seal(json.dumps(found))
        note(asked.user, Deed.ERASED, None)
    asked.viewer_id = None
    PrivacyRequest.objects.filter(kind=RequestKind.SHOW, viewer_id=viewer.pk if viewer else None).delete()
    _say(asked, Step.ROWS, counts)
    return counts


def _say(asked: PrivacyRequest, step: str, counts: Counter[str]) -> None:
    asked.step, asked.state, asked.counts = step, RequestState.RUNNING, {"erased": dict(counts)}
    asked.save()


def _finish(asked: PrivacyRequest, counts: Counter[str], left: dict[str, int]) -> None:
    """Write down what was done, and let go of what names the person."""
    asked.sealed, asked.step, asked.problem = "", Step.REWRITE, ""
    asked.counts = {"erased": dict(counts), "left_to_the_team": left}
    asked.state, asked.finished_at = RequestState.ERASED, timezone.now()
    asked.save()


def take_up() -> int:
    """Start every erasure anew that stopped half-way; return how many. Runs in a studio's scope."""
    late = timezone.now() - TAKEN_UP_AFTER
    stuck = PrivacyRequest.objects.filter(Q(asked_at__lt=late), kind=RequestKind.ERASE, state__in=OPEN)
    ids = list(stuck.values_list("pk", flat=True))
    for request_id in ids:
        enqueue("upkeep.erase", request_id=request_id)
    return len(ids)
