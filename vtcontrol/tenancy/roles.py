"""What each role may do, as Django permissions. The role is the one in the studio whose scope is entered."""

from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission
from django.db.models import QuerySet

from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.studios import MemberRole, Membership

WRITES = frozenset({"add", "change", "delete"})

# What a role may write, beyond viewing; each role has all of the next one's. Names are "app.model".
MODERATOR_WRITES = frozenset(
    {
        "relationships.viewer",
        "relationships.identity",
        "streams.directornote",
        "streams.heldline",
        "streams.inboxevent",
        "streams.turn",
    }
)
MANAGER_WRITES = MODERATOR_WRITES | frozenset(
    {
        "personas.persona",
        "personas.brain",
        "personas.voice",
        "personas.avatar",
        "personas.emotion",
        "personas.reaction",
        "personas.scenario",
        "personas.revision",
        "personas.experiment",
        "memory.memory",
        "memory.lore",
        "memory.embeddingengine",
        "relationships.relationship",
        "streams.stream",
        "streams.streamcharacter",
        "streams.roleplay",
        "streams.rolepart",
        "streams.channellink",
        "streams.stagelayout",
        "streams.moderationmodel",
        "streams.moderationrule",
        "streams.obseffect",
    }
)
OWNER_WRITES = MANAGER_WRITES | frozenset(
    {
        "tenancy.credential",
        "tenancy.apitoken",
        "tenancy.budget",
        "tenancy.membership",
        "tenancy.studio",
        "tenancy.webhook",
    }
)
OWNER_SEES_ONLY = frozenset(
    {
        "tenancy.credential",
        "tenancy.apitoken",
        "tenancy.membership",
        "tenancy.budget",
        "tenancy.webhook",
        "tenancy.delivery",
        "relationships.accessrecord",
    }
)
NOBODY_DELETES = frozenset({"tenancy.studio"})
HIDDEN = frozenset({"tenancy.ticket", "tenancy.keptanswer", "auth.user", "auth.group"})

ROLE_WRITES: dict[str, frozenset[str]] = {
    MemberRole.OWNER: OWNER_WRITES,
    MemberRole.MANAGER: MANAGER_WRITES,
    MemberRole.MODERATOR: MODERATOR_WRITES,
    MemberRole.OBSERVER: frozenset(),
}


def role_may(role: str, permission: str) -> bool:
    """Tell whether a role holds a Django permission such as "personas.change_persona"."""
    app, _, codename = permission.partition(".")
    action, _, model = codename.partition("_")
    name = f"{app}.{model.removeprefix('historical')}"
    if name in HIDDEN or role not in ROLE_WRITES:
        return False
    if action == "view":
        return name not in OWNER_SEES_ONLY or role == MemberRole.OWNER
    if action == "delete" and name in NOBODY_DELETES:
        return False
    return action in WRITES and name in ROLE_WRITES[role]


def role_in(user_id: int, studio_id: UUID) -> str:
    """Return the role of a user in an active studio, or ""."""
    found = Membership.objects.filter(user_id=user_id, studio_id=studio_id, studio__is_active=True)
    return found.values_list("role", flat=True).first() or ""


class RoleBackend(ModelBackend):
    """Signs in with Django's users; permissions come from the membership in the current studio and nowhere else."""

    def _role(self, user: Any) -> str:
        try:
            studio_id = current_studio_id()
        except ScopeMissing:
            return ""
        known: dict[UUID, str] = user.__dict__.setdefault("_roles", {})
        if studio_id not in known:
            known[studio_id] = role_in(user.pk, studio_id)
        return known[studio_id]

    def has_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Any = None) -> bool:
        """Tell whether the user's role in the current studio holds `perm`."""
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        return role_may(self._role(user_obj), perm)

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Tell whether the user has any role here; each model's own permission decides the rest."""
        return user_obj.is_active and bool(self._role(user_obj))  # nobody anonymous is active

    async def ahas_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Any = None) -> bool:
        """Do what `has_perm` does, from async code."""
        return await sync_to_async(self.has_perm)(user_obj, perm, obj)

    async def ahas_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Do what `has_module_perms` does, from async code."""
        return await sync_to_async(self.has_module_perms)(user_obj, app_label)

    def _get_user_permissions(self, _user: Any) -> "QuerySet[Permission]":
        return Permission.objects.none()

    def _get_group_permissions(self, _user: Any) -> "QuerySet[Permission]":
        return Permission.objects.none()
