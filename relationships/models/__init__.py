"""Viewers, what binds them to characters, and what they may ask of us."""

from relationships.models.bonds import Interaction, Relationship
from relationships.models.privacy import (
    AccessRecord,
    Deed,
    PrivacyRequest,
    PrivatePage,
    Refusal,
    RefusalKind,
    RequestKind,
    RequestOrigin,
    RequestState,
)
from relationships.models.viewers import FormerName, Identity, LinkCode, MergeReason, Viewer, ViewerMerge

__all__ = [
    "AccessRecord",
    "Deed",
    "FormerName",
    "Identity",
    "Interaction",
    "LinkCode",
    "MergeReason",
    "PrivacyRequest",
    "PrivatePage",
    "Refusal",
    "RefusalKind",
    "Relationship",
    "RequestKind",
    "RequestOrigin",
    "RequestState",
    "Viewer",
    "ViewerMerge",
]
