"""Two viewers who turn out to be one person: joined, and taken apart again.

Nothing is thrown away: the absorbed card stays, out of sight, with its ledger. The bonds of the one who stays are
computed anew from all the ledgers together, so joining neither doubles a cap nor heals a scar.

Memories, events and utterances live on other floors: `streams.services.people` moves them in the same transaction.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from relationships.domain.scoring import Scores
from relationships.models import Identity, MergeReason, Relationship, Viewer, ViewerMerge
from relationships.selectors import scores_of
from relationships.services.bonds import rebuild
from vtcontrol.kernel.errors import InputInvalid

TEXTS = {"notes": 4000, "never_mention": 2000, "avoid": 2000}
"""What the team writes about a viewer, and how long it may get."""


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would give.

    Attributes:
        texts: What the team wrote, joined, by field.
        tags: Tags of both.
        scores: Scores by name of the persona.
        messages: Messages of both.
    """

    texts: dict[str, str]
    tags: list[str]
    scores: tuple[tuple[str, Scores], ...]
    messages: int


@transaction.atomic
def merge(kept: Viewer, absorbed: Viewer, *, reason: MergeReason = MergeReason.TEAM, user: Any = None) -> ViewerMerge:
    """Join `absorbed` into `kept`.

    Raises:
        InputInvalid: They are one already, or one of them was absorbed before.
    """
    kept, absorbed = _locked(kept.pk, absorbed.pk)
    before = {name: getattr(kept, name) for name in TEXTS} | {"tags": kept.tags, "has_opted_out": kept.has_opted_out}
    _join(kept, absorbed)
    after = {name: getattr(kept, name) for name in TEXTS} | {"tags": kept.tags, "has_opted_out": kept.has_opted_out}
    moved = list(Identity.objects.filter(viewer=absorbed).values_list("pk", flat=True))
    Identity.objects.filter(pk__in=moved).update(viewer=kept)
    absorbed.merged_into = kept
    absorbed.save(update_fields=["merged_into"])
    kept.save()
    done = ViewerMerge(
        kept=kept, absorbed=absorbed, reason=reason, made_by=user,
        identity_ids=[str(one) for one in moved], before=before, after=after,
    )  # fmt: skip
    done.save()
    for persona_id in Relationship.objects.filter(viewer=absorbed).values_list("persona_id", flat=True):
        bond, _made = Relationship.objects.get_or_create(viewer=kept, persona_id=persona_id)
        rebuild(bond)
    return done


@transaction.atomic
def unmerge(done: ViewerMerge) -> None:
    """Take two viewers apart again: accounts go back, each bond is computed from its own ledger.

    What the team wrote since about the one who stayed is kept; what happened since the merge stays with them.

    Raises:
        InputInvalid: It was undone before, or the viewer was merged on.
    """
    if not ViewerMerge.objects.filter(pk=done.pk, undone_at=None).update(undone_at=timezone.now()):
        raise InputInvalid(_("This merge was undone before."))
    kept, absorbed = done.kept, done.absorbed
    if absorbed.merged_into_id != kept.pk:
        raise InputInvalid(_("This merge was undone before."))
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into"])
    Identity.objects.filter(pk__in=done.identity_ids, viewer=kept).update(viewer=absorbed)
    for name, value in done.after.items():
        if getattr(kept, name) == value:
            setattr(kept, name, done.before[name])
    kept.messages = max(0, kept.messages - absorbed.messages)
    kept.save()
    for bond in Relationship.objects.filter(viewer__in=(kept, absorbed)):
        rebuild(bond)


def preview(kept: Viewer, absorbed: Viewer) -> MergePreview:
    """Return what joining them would give, changing nothing."""
    with transaction.atomic():
        merge(kept, absorbed)
        kept = Viewer.objects.get(pk=kept.pk)
        bonds = Relationship.objects.filter(viewer=kept).select_related("persona").order_by("persona__name")
        found = MergePreview(
            {name: getattr(kept, name) for name in TEXTS},
            list(kept.tags),
            tuple((bond.persona.name, scores_of(bond)) for bond in bonds),
            kept.messages,
        )
        transaction.set_rollback(True)
    return found


def _locked(kept_id: UUID, absorbed_id: UUID) -> tuple[Viewer, Viewer]:
    rows = {row.pk: row for row in Viewer.objects.select_for_update().filter(pk__in=(kept_id, absorbed_id))}
    if len(rows) != 2 or any(row.merged_into_id for row in rows.values()):
        raise InputInvalid(_("Choose two different viewers, neither of whom was merged before."))
    return rows[kept_id], rows[absorbed_id]


def _join(kept: Viewer, absorbed: Viewer) -> None:
    """Give `kept` what the team wrote about `absorbed`, and what was counted."""
    for name in TEXTS:
        lines = dict.fromkeys((*getattr(kept, name).splitlines(), *getattr(absorbed, name).splitlines()))
        setattr(kept, name, "\n".join(line for line in lines if line.strip())[: TEXTS[name]])
    kept.tags = list(dict.fromkeys((*kept.tags, *absorbed.tags)))
    kept.has_opted_out = kept.has_opted_out or absorbed.has_opted_out
    kept.is_ignored = kept.is_ignored or absorbed.is_ignored
    kept.ignored_until = _latest(kept.ignored_until, absorbed.ignored_until)
    kept.messages += absorbed.messages
    kept.first_seen_at = min(kept.first_seen_at, absorbed.first_seen_at)
    kept.last_seen_at = _latest(kept.last_seen_at, absorbed.last_seen_at)


def _latest(*times: dt.datetime | None) -> dt.datetime | None:
    return max((at for at in times if at is not None), default=None)
