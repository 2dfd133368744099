"""Writing memberships: a studio always keeps an owner."""

from django.db import transaction
from django.utils.translation import gettext as _

from vtcontrol.kernel.errors import Conflict
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio


def _keep_an_owner(membership: Membership) -> None:
    """Refuse to let the last owner go; the studio's row is locked until the transaction ends.

    Raises:
        Conflict: The membership is the last owner's.
    """
    Studio.objects.select_for_update().get(pk=membership.studio_id)
    others = Membership.objects.filter(studio_id=membership.studio_id, role=MemberRole.OWNER, user__is_active=True)
    was_owner = Membership.objects.filter(pk=membership.pk, role=MemberRole.OWNER).exists()
    if was_owner and not others.exclude(pk=membership.pk).exists():
        raise Conflict(_("A studio needs an owner. Make somebody else an owner first."))


@transaction.atomic
def save_member(membership: Membership) -> None:
    """Save a new member, or a member's new role.

    Raises:
        Conflict: It would leave the studio without an owner.
    """
    if membership.role != MemberRole.OWNER:
        _keep_an_owner(membership)
    membership.save()


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Take a person's place in the studio away.

    Raises:
        Conflict: It would leave the studio without an owner.
    """
    _keep_an_owner(membership)
    membership.delete()
