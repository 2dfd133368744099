"""Showing a person what is stored about them: as a file for the team to hand over, or as a private page, once."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from memory.models import Memory, Utterance
from relationships.domain.scoring import cool
from relationships.models import (
    FormerName,
    Identity,
    Interaction,
    PrivacyRequest,
    PrivatePage,
    Relationship,
    RequestKind,
    RequestState,
    Viewer,
)
from relationships.selectors import scores_of
from relationships.services.bonds import family_of
from streams.domain.lines import amount_words
from streams.models import HeldLine, InboxEvent, RehearsalAnswer, Turn
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.scope import studio_scope, unscoped

PAGE_LASTS = dt.timedelta(minutes=30)
FORM = "vtcontrol.person"
VERSION = 1


def everything_about(viewer: Viewer) -> dict[str, Any]:
    """Return all that is stored about a person, as plain values, ready for JSON.

    Of the team's notes nothing is held back: they are about the person.
    """
    family = family_of(viewer.pk)
    identities = Identity.objects.filter(viewer__in=family)
    return {
        "form": FORM,
        "version": VERSION,
        "made_at": timezone.now().isoformat(),
        "cards": [_card(one) for one in Viewer.objects.filter(pk__in=family).order_by("first_seen_at")],
        "accounts": [
            {"platform": one.platform, "id": one.platform_id, "name": one.name, "since": one.named_at.isoformat()}
            for one in identities
        ],
        "former_names": [
            {"name": one.name, "since": one.since.isoformat(), "until": one.until.isoformat()}
            for one in FormerName.objects.filter(identity__in=identities)
        ],
        "relationships": [
            _bond(one) for one in Relationship.objects.filter(viewer__in=family).select_related("persona")
        ],
        "ledger": [
            {"at": one.at.isoformat(), "kind": one.kind, "amount": one.amount, "changes": one.deltas}
            for one in Interaction.objects.filter(relationship__viewer__in=family).order_by("at")
        ],
        "memories": [_memory(one) for one in Memory.objects.filter(viewer_id__in=family).order_by("valid_from")],
        "wrote": [_event(one) for one in InboxEvent.objects.filter(viewer__in=family).order_by("received_at")],
        "was_answered": [
            {"at": one.started_at.isoformat(), "text": one.heard_text or one.text}
            for one in Turn.objects.filter(event__viewer__in=family).defer("prompt", "timings").order_by("started_at")
        ],
        "held_for_approval": [
            _held(one)
            for one in HeldLine.objects.filter(event__viewer__in=family).select_related("event").order_by("held_at")
        ],
        "rehearsed": [
            {"at": one.created_at.isoformat(), "name": one.said_name, "text": one.said_text, "answer": one.text}
            for one in RehearsalAnswer.objects.filter(viewer_id__in=family).defer("prompt").order_by("created_at")
        ],
        "said_on_air": [
            {
                "at": one.said_at.isoformat(),
                "name": one.name,
                "text": one.text,
                "kept_until": one.expires_at.isoformat(),
            }
            for one in Utterance.objects.filter(viewer_id__in=family).order_by("said_at")
        ],
    }


def _card(viewer: Viewer) -> dict[str, Any]:
    texts = ("name", "notes", "never_mention", "avoid", "tags", "is_ignored", "has_opted_out", "messages")
    times = ("first_seen_at", "last_seen_at", "renamed_at")
    return {name: getattr(viewer, name) for name in texts} | {
        name: at.isoformat() if (at := getattr(viewer, name)) else None for name in times
    }


def _bond(bond: Relationship) -> dict[str, Any]:
    scores = cool(scores_of(bond), timezone.now())
    names = ("affinity", "trust", "familiarity", "loyalty", "warmth", "scars")
    return {"character": bond.persona.name} | {name: round(getattr(scores, name), 2) for name in names}


def _memory(memory: Memory) -> dict[str, Any]:
    return {"text": memory.text, "kind": memory.kind, "since": memory.valid_from.isoformat(), "source": memory.source}


def _event(event: InboxEvent) -> dict[str, Any]:
    amount = amount_words(event.amount, event.currency)
    return {
        "at": event.received_at.isoformat(), "platform": event.platform, "kind": event.kind, "name": event.author_name,
        "text": event.text, "amount": amount, "became": str(event.state),
    }  # fmt: skip


def _held(row: HeldLine) -> dict[str, Any]:
    return {
        "at": row.held_at.isoformat(), "name": row.event.author_name, "question": row.event.text, "answer": row.text,
        "edited": row.edited_text, "because": row.rule_name or row.held_by, "became": row.state, "note": row.note,
    }  # fmt: skip


@transaction.atomic
def make_page(viewer: Viewer) -> str:
    """Make a private page and return its secret: shown this once, good for one look within half an hour."""
    secret = secrets.token_urlsafe(32)
    PrivatePage.objects.filter(viewer=viewer).delete()
    PrivatePage(viewer=viewer, digest=_digest(secret), expires_at=timezone.now() + PAGE_LASTS).save()
    asked = PrivacyRequest.objects.filter(kind=RequestKind.SHOW, viewer_id=viewer.pk, finished_at=None)
    asked.update(state=RequestState.DONE, finished_at=timezone.now())
    return secret


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A private page in use.

    Attributes:
        studio_id: Whose studio keeps the data.
        viewer: Whom it is about.
    """

    studio_id: UUID
    viewer: Viewer


def open_page(secret: str) -> OpenedPage:
    """Use a private page up and return whom it shows.

    Raises:
        NotFound: It never was, was used before, or is over.
    """
    with unscoped("a private page names its studio"):
        page = PrivatePage.objects.select_related("viewer", "studio").filter(digest=_digest(secret)).first()
        if page is None or not PrivatePage.objects.filter(pk=page.pk).delete()[0]:
            raise NotFound
    if page.expires_at < timezone.now() or not page.studio.is_active:
        raise NotFound
    with studio_scope(page.studio_id):
        viewer = Viewer.objects.filter(pk=page.viewer_id).first()
        if viewer is None:
            raise NotFound
    return OpenedPage(page.studio_id, viewer)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
