"""The admin of the studio itself: its name, its people, its keys; and of accounts, for the operator alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_forms import SecretField, StudioForm
from vtcontrol.tenancy.admin_marks import Tone, ago, chip
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.members import remove_member, save_member
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio

ROLE_MARKS = {
    MemberRole.OWNER: (Tone.ACCENT, "shield_person"),
    MemberRole.MANAGER: (Tone.NOTE, "manage_accounts"),
    MemberRole.MODERATOR: (Tone.PLAIN, "gavel"),
    MemberRole.OBSERVER: (Tone.PLAIN, "visibility"),
}
LOOKUPS_A_MINUTE = 20


def is_operator(request: HttpRequest) -> bool:
    """Tell whether the user runs the whole installation."""
    return bool(request.user.is_active and request.user.is_superuser)


@admin.register(Studio, site=site)
class StudioAdmin(StudioModelAdmin):
    """Studios: an owner sees and names his own, the operator all."""

    place = Place(Shelf.STUDIO, 1, "apartment")
    form: Any = forms.ModelForm
    about = _("The studio: its name, and whether it is open.")
    ordering = ("name",)
    list_display = ("name", "slug", "is_active", "people")
    search_fields = ("name", "slug")
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active", "created_at")}),
        (
            _("How long people's words are kept"),
            {
                "fields": (("prompts_kept_days", "events_kept_days", "turns_kept_days"),),
                "description": _("What has outlived its days is deleted every hour. Words heard on air: 30 days."),
            },
        ),
    )
    readonly_fields = ("created_at",)
    prepopulated_fields: dict[str, Any] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Studio]:
        """Return the own studio; for the operator all."""
        rows: QuerySet[Studio] = super().get_queryset(request).annotate(member_count=Count("memberships"))
        return rows if is_operator(request) else rows.filter(pk=current_studio_id())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Let an owner change the name only."""
        return ("created_at",) if is_operator(request) else ("slug", "is_active", "created_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may see it: the operator also before there is any studio."""
        return is_operator(request) or super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may change it."""
        return is_operator(request) or super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Only the operator opens studios."""
        return is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A studio is closed by making it inactive; nobody deletes one here."""
        return False

    @display(description=_("people"), ordering="member_count")
    def people(self, studio: Studio) -> int:
        """Show how many work there."""
        return int(getattr(studio, "member_count", 0))


class MemberForm(StudioForm):
    """The form of a member. A new one is named exactly; nobody can leaf through accounts."""

    account = forms.CharField(
        label=_("account"), max_length=150, widget=UnfoldAdminTextInputWidget,
        help_text=_("The exact name the person signs in with."),
    )  # fmt: skip

    def clean_account(self) -> str:
        """Find the account.

        Raises:
            ValidationError: There is none of that name, or it works here already.
        """
        name: str = self.cleaned_data["account"].strip()
        try:
            spend(f"accounts:{current_studio_id()}", limit=LOOKUPS_A_MINUTE)
        except RateExceeded as exceeded:
            raise forms.ValidationError(str(exceeded)) from None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("There is no account of this name. The operator can make one."))
        if Membership.objects.filter(studio_id=current_studio_id(), user=user).exists():
            raise forms.ValidationError(_("This person works here already."))
        self.instance.user = user
        return name


@admin.register(Membership, site=site)
class MembershipAdmin(StudioModelAdmin):
    """Who works in the studio, and as what."""

    place = Place(Shelf.STUDIO, 2, "badge")
    about = _("Who works here. Owners do everything; managers edit; moderators steer the show; observers look.")
    form = MemberForm
    actions = None
    list_display = ("person", "role_chip", "since")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Return the people of this studio."""
        rows: QuerySet[Membership] = super().get_queryset(request)
        return rows.filter(studio_id=current_studio_id())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Ask for the account of a new member only."""
        return ("account", "role") if obj is None else ("person", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep who it is."""
        return () if obj is None else ("person",)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Leave the account out once it is known."""
        return super().get_form(request, obj, **({} if obj is None else {"form": StudioForm}) | kwargs)

    @display(description=_("person"), ordering="user__username")
    def person(self, membership: Membership) -> str:
        """Show who."""
        return membership.user.get_username()

    @display(description=_("role"), ordering="role")
    def role_chip(self, membership: Membership) -> SafeString:
        """Show as what."""
        tone, icon = ROLE_MARKS.get(MemberRole(membership.role), (Tone.PLAIN, "person"))
        return chip(membership.get_role_display(), tone, icon)

    @display(description=_("since"), ordering="created_at")
    def since(self, membership: Membership) -> SafeString:
        """Show since when."""
        return ago(membership.created_at)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save; the studio keeps an owner."""
        save_member(obj)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        """Take the place away; the studio keeps an owner."""
        remove_member(obj)


class CredentialForm(StudioForm):
    """The form of a key: it goes in and never comes out."""

    secret = SecretField(label=_("key"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance._state.adding
        self.fields["secret"].required = is_new
        if not is_new:
            hint = self.instance.hint
            self.fields["secret"].help_text = _(
                "A key ending with …%(hint)s is stored. Leave empty to keep it; a new one replaces it everywhere."
            ) % {"hint": hint}


@admin.register(Credential, site=site)
class CredentialAdmin(StudioModelAdmin):
    """Keys of providers."""

    place = Place(Shelf.STUDIO, 6, "key")
    about = _("Keys of providers, encrypted. Brains and voices use them; nobody can read them back.")
    next_step = _("Enter a key where you add a brain or a voice, and it stands here.")
    form = CredentialForm
    list_display = ("name", "ending", "changed")
    search_fields = ("name",)
    fields = ("name", "secret")

    @display(description=_("key ends with"))
    def ending(self, credential: Credential) -> SafeString:
        """Show its end."""
        return chip(f"…{credential.hint}", Tone.PLAIN, "key")

    @display(description=_("changed"), ordering="updated_at")
    def changed(self, credential: Credential) -> SafeString:
        """Show when."""
        return ago(credential.updated_at)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Take a new secret, if one was typed."""
        if secret := form.cleaned_data.get("secret"):
            obj.put(secret)
        super().save_model(request, obj, form, change)


@admin.register(User, site=site)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # unfold ships no types
    """Accounts: the operator's alone."""

    place = Place(Shelf.STUDIO, 7, "manage_accounts")
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    compressed_fields = True
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("Access"),
            {"fields": ("is_active", "is_superuser"), "description": _("Places in studios are given in each studio.")},
        ),
        (_("Seen"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Only the operator."""
        return is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the operator."""
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the operator."""
        return is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the operator."""
        return is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the operator, and never himself."""
        return is_operator(request) and obj != request.user

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Show an account's history to the operator.

        Raises:
            PermissionDenied: To anybody else.
        """
        if not is_operator(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)
