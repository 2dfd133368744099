"""Viewers and what binds them to a character."""

from typing import Any

from django.utils import timezone

from personas.models import Persona
from relationships.models import Identity, Interaction, Relationship, Viewer
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
