"""Viewers and what binds them to a character."""

import datetime as dt
from typing import Any

from django.utils import timezone

from personas.models import Persona
from relationships.models import (
    AccessRecord,
    Deed,
    FormerName,
    Identity,
    Interaction,
    LinkCode,
    PrivacyRequest,
    PrivatePage,
    Refusal,
    RefusalKind,
    Relationship,
    RequestKind,
    RequestOrigin,
    Viewer,
    ViewerMerge,
)
from relationships.services.merging import merge
from tests.factories.rows import create
from vtcontrol.kernel.ids import uuid7


def make_viewer(marker: str = "", **fields: Any) -> Viewer:
    return create(
        Viewer,
        **{
            "name": f"{marker}Bo",
            "notes": f"{marker}Plays the cello.",
            "never_mention": f"{marker}the old job",
            "tags": [f"{marker}regular"],
            **fields,
        },
    )


def make_identity(viewer: Viewer, marker: str = "", *, platform: str = "twitch") -> Identity:
    return create(
        Identity, viewer=viewer, platform=platform, platform_id=f"{marker}1001", name=f"{marker}bo_the_cellist"
    )


def make_relationship(viewer: Viewer, persona: Persona, **fields: Any) -> Relationship:
    return create(Relationship, viewer=viewer, persona=persona, **fields)


def make_interaction(relationship: Relationship, marker: str = "") -> Interaction:
    return create(
        Interaction,
        relationship=relationship,
        event_id=uuid7(),
        kind="chat",
        deltas={"familiarity": 0.5, "note": f"{marker}kind words"},
        at=timezone.now(),
    )


def make_former_name(identity: Identity, marker: str = "") -> FormerName:
    now = timezone.now()
    return create(FormerName, identity=identity, name=f"{marker}bo_before", since=now - dt.timedelta(days=9), until=now)


def make_merge(kept: Viewer, marker: str = "") -> ViewerMerge:
    """A viewer who turned out to be `kept`, joined by the service."""
    absorbed = make_viewer(marker, name=f"{marker}Bo elsewhere")
    make_identity(absorbed, f"{marker}elsewhere-", platform="youtube")
    return merge(kept, absorbed)


def make_link_code(identity: Identity) -> LinkCode:
    return create(LinkCode, identity=identity, digest=uuid7().hex * 2, expires_at=timezone.now())


def make_refusal() -> Refusal:
    return create(Refusal, digest=uuid7().hex * 2, kind=RefusalKind.OPTED_OUT)


def make_request(viewer: Viewer, marker: str = "", **fields: Any) -> PrivacyRequest:
    usual = {"kind": RequestKind.SHOW, "origin": RequestOrigin.CHAT, "viewer_id": viewer.pk, "step": f"{marker}waits"}
    return create(PrivacyRequest, **{**usual, **fields})


def make_private_page(viewer: Viewer) -> PrivatePage:
    return create(PrivatePage, viewer=viewer, digest=uuid7().hex * 2, expires_at=timezone.now())


def make_access_record(viewer: Viewer, marker: str = "") -> AccessRecord:
    return create(AccessRecord, deed=Deed.SAW, subject_id=viewer.pk, fields=[f"{marker}notes"])
