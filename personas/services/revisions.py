"""Drafts and publications. Every function is one transaction under the persona's lock; history keeps who did it."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from personas.models import UNPUBLISHED, Experiment, ExperimentEnd, Persona, Revision, RevisionState
from personas.selectors import character_from, content_of
from personas.services.contents import content_taken, digest_of, write_character
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound

FARTHEST = dt.timedelta(days=366)
DRAFTS_MOST = 50
REFUSAL_LONGEST = 300


@transaction.atomic
def record_revision(persona: Persona, by: Any = None, note: str = "") -> Revision | None:
    """Keep what the persona's rows say now as the revision on air, if it differs from the one before.

    Args:
        persona: The persona as saved.
        by: The user who changed it, or None.
        note: What changed and why.

    Returns:
        The new revision, or None when nothing changed.
    """
    lock_persona(persona.pk)
    content = content_of(persona)
    digest = digest_of(content)
    before = _on_air(persona)
    if before is not None and before.digest == digest:
        return None
    revision = _new(persona, content, by=by, note=note, base=before)
    _put_on_air(revision, before, by)
    return revision


@transaction.atomic
def save_draft(
    persona: Persona, content: dict[str, Any], *, by: Any, note: str = "", draft: Revision | None = None
) -> Revision:
    """Keep a content as a draft.

    Args:
        persona: Whose draft it is.
        content: As `content_of` returns it, of values a form has taken.
        by: Who writes it.
        note: What changed and why.
        draft: Change this draft; one that an experiment has put on air stays as it is, and a new one is made.

    Raises:
        Conflict: The draft was published meanwhile, or there are too many drafts.
    """
    lock_persona(persona.pk)
    now_on_air = _on_air(persona)
    if draft is not None:
        draft = _locked(draft.pk)
        if draft.state not in UNPUBLISHED:
            raise Conflict(_("This draft was published meanwhile. Nothing was changed."))
    if draft is None or draft.experiments.exists():
        if Revision.objects.filter(persona=persona, state__in=UNPUBLISHED).count() >= DRAFTS_MOST:
            raise Conflict(_("At most %(count)d drafts of a persona: discard one first.") % {"count": DRAFTS_MOST})
        base = draft.base if draft is not None else now_on_air
        draft = _new(persona, content, by=by, note=note, base=base, state=RevisionState.DRAFT)
        draft.save()
        return draft
    draft.content, draft.digest, draft.note, draft.refusal = content, digest_of(content), note, ""
    draft.save()
    return draft


@transaction.atomic
def publish(revision: Revision, *, by: Any, over: UUID | None = None) -> Revision:
    """Put a draft on air: the live streams take it from their next line.

    Args:
        revision: A draft, scheduled or not.
        by: Who publishes it.
        over: What was on air when this person looked, if it is not what the draft was made from: they know what they
            replace.

    Raises:
        Conflict: It is no draft any more, or something else is on air than the draft was made from.
        InputInvalid: It no longer validates; the sentence says why.
    """
    persona = lock_persona(revision.persona_id)
    revision = _locked(revision.pk)
    before = _ready(persona, revision, over)
    persona._history_user = by  # type: ignore[attr-defined]  # read by simple_history
    write_character(persona, character_from(persona, revision.content, revision.pk))
    revision.content = content_of(persona)
    revision.digest = digest_of(revision.content)
    _put_on_air(revision, before, by)
    return revision


@transaction.atomic
def schedule(revision: Revision, at: dt.datetime, *, by: Any, over: UUID | None = None) -> Revision:
    """Let a draft go on air at a time; the sweep carries it out.

    Args:
        revision: A draft; one that is scheduled gets another time.
        at: Aware; in the future.
        by: Who wishes it.
        over: As in `publish`.

    Raises:
        Conflict: As in `publish`.
        InputInvalid: The time has passed or is too far away, or the draft could not be published now.
    """
    now = timezone.now()
    if not now < at <= now + FARTHEST:
        raise InputInvalid(_("Choose a time in the future, within a year."), field="publish_at")
    persona = lock_persona(revision.persona_id)
    revision = _locked(revision.pk)
    revision.base = _ready(persona, revision, over)
    content_taken(persona, revision.content, revision.pk)  # it can be written
    revision.state, revision.publish_at, revision.refusal = RevisionState.SCHEDULED, at, ""
    revision.published_by = by
    revision.save()
    return revision


@transaction.atomic
def unschedule(revision: Revision) -> Revision:
    """Make a scheduled revision a draft again.

    Raises:
        Conflict: It is not scheduled (any more).
    """
    lock_persona(revision.persona_id)
    revision = _locked(revision.pk)
    if revision.state != RevisionState.SCHEDULED:
        raise Conflict(_("It is not scheduled any more."))
    return _back_to_draft(revision)


@transaction.atomic
def roll_back(revision: Revision, *, by: Any) -> Revision:
    """Put what a revision kept on air again, as a new revision.

    Raises:
        Conflict: It is a draft (publish it), or it is what is on air.
        InputInvalid: It no longer validates; the sentence says why.
    """
    persona = lock_persona(revision.persona_id)
    revision = _locked(revision.pk)
    if revision.state != RevisionState.RETIRED:
        raise Conflict(_("Only an earlier revision can be brought back."))
    before = _on_air(persona)
    note = _("Back to %(revision)s") % {"revision": revision}
    again = _new(persona, revision.content, by=by, note=note, base=before, state=RevisionState.DRAFT)
    again.save()
    return publish(again, by=by, over=before.pk if before else None)


@transaction.atomic
def discard(revision: Revision) -> None:
    """Delete a draft.

    Raises:
        Conflict: It was on air, be it in an experiment: turns name it.
    """
    lock_persona(revision.persona_id)
    revision = _locked(revision.pk)
    if revision.state not in UNPUBLISHED or revision.experiments.exists():
        raise Conflict(_("It was on air, so it stays: lines name it."))
    revision.delete()


@transaction.atomic
def publish_due(revision_id: UUID) -> bool:
    """Carry out a scheduled publication whose time has come; twice at once and after a crash it happens once.

    One that cannot be carried out becomes a draft again that says why.

    Returns:
        Whether it was this call that decided.
    """
    found = Revision.objects.filter(pk=revision_id).select_related("published_by").first()
    if found is None:
        return False
    lock_persona(found.persona_id)
    revision = Revision.objects.filter(
        pk=revision_id, state=RevisionState.SCHEDULED, publish_at__lte=timezone.now()
    ).first()
    if revision is None:
        return False
    try:
        publish(revision, by=found.published_by)
    except (Conflict, InputInvalid) as refusal:
        revision.refusal = str(refusal)[:REFUSAL_LONGEST]
        _back_to_draft(revision)
    return True


def lock_persona(persona_id: UUID) -> Persona:
    """Hold a persona until the transaction ends: two changes at once come one after the other."""
    persona: Persona = Persona.objects.select_for_update().get(pk=persona_id)
    return persona


def _locked(revision_id: UUID) -> Revision:
    """Return a revision as it is under the lock.

    Raises:
        NotFound: It was discarded meanwhile.
    """
    revision: Revision | None = Revision.objects.filter(pk=revision_id).first()
    if revision is None:
        raise NotFound(_("This draft is no more."))
    return revision


def _on_air(persona: Persona) -> Revision | None:
    revision: Revision | None = Revision.objects.filter(persona=persona, state=RevisionState.PUBLISHED).first()
    return revision


def _new(persona: Persona, content: dict[str, Any], **fields: Any) -> Revision:
    """Return a revision with the next number, not yet saved."""
    last = Revision.objects.filter(persona=persona).aggregate(last=Max("number"))["last"] or 0
    fields["created_by"] = fields.pop("by")
    return Revision(persona=persona, number=last + 1, content=content, digest=digest_of(content), **fields)


def _ready(persona: Persona, revision: Revision, over: UUID | None) -> Revision | None:
    """Return what a draft is to replace.

    Raises:
        Conflict: It is no draft, or it was made from something else and nobody said they know.
    """
    if revision.state not in UNPUBLISHED:
        raise Conflict(_("It is published already."))
    before = _on_air(persona)
    before_id = before.pk if before else None
    if before_id not in {revision.base_id, over}:
        sentence = _("%(now)s went on air after this draft was begun. Look at both changes before you publish it.")
        raise Conflict(sentence % {"now": before or ""})
    return before


def _put_on_air(revision: Revision, before: Revision | None, by: Any) -> None:
    """Mark a revision whose content the rows have now; an experiment that tried it has its answer."""
    now = timezone.now()
    if before is not None:
        before.state = RevisionState.RETIRED
        before.save(update_fields=("state",))
    revision.state, revision.publish_at, revision.refusal = RevisionState.PUBLISHED, None, ""
    revision.published_at, revision.published_by = now, by
    revision.save()
    running = Experiment.objects.filter(other=revision, ended_at=None)
    running.update(ended_at=now, ended_by=by, outcome=ExperimentEnd.TAKEN)


def _back_to_draft(revision: Revision) -> Revision:
    revision.state, revision.publish_at = RevisionState.DRAFT, None
    revision.published_by = None
    revision.save()
    return revision
