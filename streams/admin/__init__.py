"""The admin of what is on air, and of what needs sight of every floor. Each module registers what it shows."""

from streams.admin import (
    access,
    approval,
    cast,
    events,
    experiments,
    links,
    memories,
    moderation_models,
    notes,
    rehearsals,
    rules,
    stage,
    streams,
    turns,
    viewers,
    webhooks,
)

__all__ = [
    "access",
    "approval",
    "cast",
    "events",
    "experiments",
    "links",
    "memories",
    "moderation_models",
    "notes",
    "rehearsals",
    "rules",
    "stage",
    "streams",
    "turns",
    "viewers",
    "webhooks",
]
