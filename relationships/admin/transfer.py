"""Viewers as files: one row a person, found by any of their accounts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from import_export import fields

from relationships.models import Identity, Viewer
from relationships.services.refusals import refused
from vtcontrol.tenancy.admin_transfer import StudioResource, WordsWidget

ACCOUNTS_MOST = 20
Key = tuple[str, str]


def accounts_in(cell: Any) -> list[Key]:
    """Return the accounts of a cell such as "twitch:1001, youtube:UC42".

    Raises:
        ValidationError: One has no platform or no id, or there are too many.
    """
    parts = cell if isinstance(cell, list) else str(cell or "").replace("\n", ",").split(",")
    found: list[Key] = []
    for part in (str(one).strip() for one in parts):
        if not part:
            continue
        platform, _colon, platform_id = part.partition(":")
        key = (platform.strip().lower(), platform_id.strip())
        if not key[0].isascii() or not all(key) or len(key[0]) > 32 or len(key[1]) > 128:
            raise ValidationError({"accounts": _("An account is written as platform:id, such as twitch:1001.")})
        found.append(key)
    if len(found) > ACCOUNTS_MOST:
        raise ValidationError({"accounts": _("A person has at most twenty accounts here.")})
    return list(dict.fromkeys(found))


class AccountsField(fields.Field):  # type: ignore[misc]  # import_export ships no types
    """The accounts of a viewer in one cell."""

    def export(self, instance: Viewer, **kwargs: Any) -> str:
        """Return the cell."""
        return ", ".join(f"{one.platform}:{one.platform_id}" for one in instance.identities.all())

    def save(self, instance: Viewer, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - import_export's hook
        """Leave them to `ViewerResource.save_row`: an account needs its viewer first."""


class ViewerResource(StudioResource):
    """People of the audience: what the team knows of them, never the scores, which rules move."""

    tags = fields.Field("tags", "tags", WordsWidget())
    accounts = AccountsField("accounts", "accounts")
    needed = ("name",)

    class Meta:
        model = Viewer
        fields = ("name", "accounts", "notes", "never_mention", "avoid", "tags", "is_ignored")
        clean_model_instances = True
        skip_unchanged = False
        use_transactions = True

    def find(self, row: dict[str, Any]) -> Viewer | None:
        """Return the viewer of the first known account; without accounts, the only viewer of that name."""
        for platform, platform_id in accounts_in(row.get("accounts")):
            known = Identity.objects.filter(platform=platform, platform_id=platform_id).select_related("viewer").first()
            if known is not None:
                viewer: Viewer = known.viewer
                return viewer
        named = Viewer.objects.filter(name=str(row.get("name", "")), merged_into=None)
        return named.first() if not row.get("accounts") and named.count() == 1 else None

    def import_instance(self, instance: Viewer, row: dict[str, Any], **kwargs: Any) -> None:
        """Take the row's values over.

        Raises:
            ValidationError: The person refused, or two accounts of the row belong to two people.
        """
        wanted = accounts_in(row.get("accounts"))
        if refused(wanted) or instance.has_opted_out:
            raise ValidationError({"accounts": _("This person asked not to be remembered.")})
        owners = Identity.objects.filter(
            platform__in={key[0] for key in wanted}, platform_id__in={key[1] for key in wanted}
        )
        others = [one for one in owners if (one.platform, one.platform_id) in wanted and one.viewer_id != instance.pk]
        if others:
            raise ValidationError({"accounts": _("These accounts belong to different people. Merge them first.")})
        super().import_instance(instance, row, **kwargs)
        instance._wanted_accounts = wanted  # type: ignore[attr-defined]  # read by save_row

    def save_row(self, instance: Viewer) -> None:
        """Save the card, then the accounts it has not yet."""
        instance.save()
        known = set(instance.identities.values_list("platform", "platform_id"))
        for platform, platform_id in getattr(instance, "_wanted_accounts", ()):
            if (platform, platform_id) not in known:
                Identity(viewer=instance, platform=platform, platform_id=platform_id, name=instance.name).save()
