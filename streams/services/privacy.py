"""What a person may ask for about their own data, carried out: erasing, in steps that survive a crash.

`streams.services.commands.ask_to_erase` has already stopped all storing and use. Here the rows go (at once), then what
other rows know of the person (in batches), then the files are rewritten (`streams.services.rewriting`).
"""

import datetime as dt
import json
import logging
from collections import Counter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from relationships.models import Deed, PrivacyRequest, RequestKind, RequestState, Viewer
from relationships.services.audit import note
from streams.domain.quotes import Window
from streams.domain.trails import Trail
from streams.services import erasure
from vtcontrol.kernel.errors import LeaseLost
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
        The request, or None when there is nothing (more) to do here: it is done, or another worker is at it.
    """
    asked = _take_it(request_id)
    if asked is None:
        return None
    try:
        _go_through(asked)
    except LeaseLost:
        return None
    except Exception as error:
        _claimed(asked).update(state=RequestState.FAILED, problem=type(error).__name__[:80])
        raise
    return asked


def _take_it(request_id: UUID) -> PrivacyRequest | None:
    """Make a request ours, unless it is done, or another worker is at it and was lately."""
    now = timezone.now()
    is_left = Q(claimed_at=None) | Q(claimed_at__lt=now - TAKEN_UP_AFTER) | ~Q(state=RequestState.RUNNING)
    mine = PrivacyRequest.objects.filter(is_left, pk=request_id, kind=RequestKind.ERASE, state__in=OPEN)
    if not mine.update(state=RequestState.RUNNING, step=Step.ROWS, claimed_at=now):
        return None
    asked: PrivacyRequest | None = PrivacyRequest.objects.filter(pk=request_id, claimed_at=now).first()
    return asked


def _claimed(asked: PrivacyRequest) -> QuerySet[PrivacyRequest]:
    """Return the request's row as long as it is ours."""
    found: QuerySet[PrivacyRequest] = PrivacyRequest.objects.filter(pk=asked.pk, claimed_at=asked.claimed_at)
    return found


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
    counts += erasure.empty_kept_answers(trail)
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
    _write(asked, step=step, counts={"erased": dict(counts)}, viewer_id=asked.viewer_id, sealed=asked.sealed)


def _finish(asked: PrivacyRequest, counts: Counter[str], left: dict[str, int]) -> None:
    """Write down what was done, and let go of what names the person."""
    done = {"erased": dict(counts), "left_to_the_team": left}
    ended = {"state": RequestState.ERASED, "finished_at": timezone.now()}
    _write(asked, step=Step.REWRITE, counts=done, viewer_id=asked.viewer_id, sealed="", problem="", **ended)


def _write(asked: PrivacyRequest, **values: Any) -> None:
    """Write how far the erasure is, which keeps it ours.

    Raises:
        LeaseLost: Another worker took it up meanwhile.
    """
    values["claimed_at"] = timezone.now()
    if not _claimed(asked).update(**values):
        raise LeaseLost(str(asked.pk))
    for name, value in values.items():
        setattr(asked, name, value)


def take_up() -> int:
    """Start every erasure anew that stopped half-way; return how many. Runs in a studio's scope."""
    late = timezone.now() - TAKEN_UP_AFTER
    is_left = Q(claimed_at=None) | Q(claimed_at__lt=late)
    stuck = PrivacyRequest.objects.filter(is_left, asked_at__lt=late, kind=RequestKind.ERASE, state__in=OPEN)
    ids = list(stuck.values_list("pk", flat=True))
    for request_id in ids:
        enqueue("upkeep.erase", request_id=request_id)
    return len(ids)
