"""The admin of tokens, budgets and usage: they belong to the studio, and name streams."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from streams.admin.streams import PAGES, page_url
from streams.models import Stream
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import ApiToken, Scope, TokenKind
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import ReadOnlyAdmin, StudioModelAdmin
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, until
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.metering import Budget, Meter, Usage


class OfStreamForm(StudioForm):
    """The form of a row that may name a stream."""

    stream: Any = forms.ModelChoiceField(
        queryset=None, label=_("stream"), required=False, empty_label=_("All streams of the studio"),
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("stream")
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Stream.objects.all()
            self.initial.setdefault("stream", self.instance.stream_id)

    def _get_validation_exclusions(self) -> set[str]:
        """Check uniqueness with the stream, which the form shows under another name."""
        return super()._get_validation_exclusions() - {"stream_id"}

    def clean(self) -> dict[str, Any]:
        """Keep the chosen stream's id."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if "stream" in self.fields:
            self.instance.stream_id = found["stream"].pk if found.get("stream") else None
        return found


class OfStreamAdmin(StudioModelAdmin):
    """An admin of rows that may name a stream."""

    form = OfStreamForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows with the names of their streams."""
        names = Stream.objects.filter(pk=OuterRef("stream_id")).values("name")
        rows: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = rows.annotate(stream_name=Subquery(names))
        return named

    @display(description=_("stream"), ordering="stream_name")
    def where(self, row: Any) -> Any:
        """Show for which stream."""
        return getattr(row, "stream_name", None) or (_("A deleted stream") if row.stream_id else _("All streams"))


class TokenForm(OfStreamForm):
    """The form of a new token."""

    scopes = forms.MultipleChoiceField(
        label=_("may"), choices=Scope.choices, required=False, initial=Scope.values,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What an API token may do. Stage and dock tokens always do what their page does."),
    )  # fmt: skip

    def clean_scopes(self) -> str:
        """Return the chosen scopes as the row keeps them."""
        return " ".join(self.cleaned_data["scopes"])

    def clean(self) -> dict[str, Any]:
        """Ask for the stream of a page, for something an API token may do, and for a time ahead."""
        found = super().clean()
        if found.get("kind") == TokenKind.API and not found.get("scopes"):
            self.add_error("scopes", _("Choose at least one: it could do nothing."))
        if found.get("kind") in PAGES and not found.get("stream"):
            self.add_error("stream", _("A page shows one stream: choose it."))
        expires_at = found.get("expires_at")
        if expires_at and expires_at <= timezone.now():
            self.add_error("expires_at", _("This time is over."))
        return found


@admin.register(ApiToken, site=site)
class ApiTokenAdmin(OfStreamAdmin):
    """Tokens. A new one is shown once; what is stored opens nothing."""

    place = Place(Shelf.STUDIO, 3, "vpn_key")
    about = _("What opens stages, docks and the REST interface. Each is shown once, when it is made.")
    next_step = _("Make a token here, or a stage and dock link on a stream's own page.")
    form = TokenForm
    object_actions = ("revoke",)
    actions = ("revoke_several",)
    list_display = ("name", "kind_chip", "where", "begins", "standing", "expiry", "used", "created_by")
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_select_related = ("created_by",)
    search_fields = ("name", "prefix")
    fields = ("name", "kind", "stream", "scopes", "expires_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """Return the tokens people hold; a member's session of the dock in the admin is none."""
        return super().get_queryset(request).filter(member=None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a token; it can be revoked."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a token: who made it and when stays known."""
        return False

    def has_revoke_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may end tokens."""
        return self.may(request, "tenancy.change_apitoken")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Show more once it is made."""
        if obj is None:
            return self.fields
        return ("name", "kind", "where", "begins", "standing", "expiry", "used", "created_at", "created_by")

    @display(description=_("opens"), ordering="kind")
    def kind_chip(self, token: ApiToken) -> SafeString:
        """Show what it opens."""
        return chip(token.get_kind_display())

    @display(description=_("begins with"))
    def begins(self, token: ApiToken) -> str:
        """Show its public beginning."""
        return f"{token.prefix}…"

    @display(description=_("state"))
    def standing(self, token: ApiToken) -> SafeString:
        """Show whether it opens anything."""
        if token.revoked_at:
            return chip(_("Revoked"), Tone.BAD, "block")
        return (
            chip(_("Works"), Tone.GOOD, "check_circle")
            if token.is_valid
            else chip(_("Expired"), Tone.CAUTION, "timer_off")
        )

    @display(description=_("expires"), ordering="expires_at")
    def expiry(self, token: ApiToken) -> SafeString:
        """Show until when."""
        return until(token.expires_at) if token.expires_at else chip(_("Never"))

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, token: ApiToken) -> SafeString:
        """Show when it was used."""
        return ago(token.last_used_at)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Make the token; its text goes to the one page that shows it."""
        kind = TokenKind(obj.kind)
        made, secret = tokens.issue(
            kind, obj.name, stream_id=obj.stream_id, scopes=obj.scopes.split(), created_by=request.user
        )
        if obj.expires_at:
            made.expires_at = obj.expires_at
            made.save(update_fields=["expires_at"])
        obj.pk, obj.prefix = made.pk, made.prefix
        request.new_token = secret  # type: ignore[attr-defined]  # read once, by response_add

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Show the token, this once."""
        secret: str = request.new_token  # type: ignore[attr-defined]  # set by save_model
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new token"),
            "opts": self.opts,
            "token": obj,
            "secret": secret,
            "url": page_url(request, obj.kind, secret) if obj.kind in PAGES else "",
        }
        return TemplateResponse(request, "admin/tenancy/apitoken/made.html", context)

    @object_action(
        label=_("Revoke"), icon="block", permission="revoke", tone="danger",
        confirm=_("Whatever uses this token stops working at once. Revoke it?"),
        shown=lambda token: token.revoked_at is None,
    )  # fmt: skip
    def revoke(self, request: HttpRequest, token: ApiToken) -> None:
        """End the token now."""
        tokens.revoke(token)
        self.log_change(request, token, _now("Revoked."))
        self.message_user(request, _now("The token opens nothing any more."), messages.SUCCESS)

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke_several(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """End several tokens now."""
        for token in queryset:
            tokens.revoke(token)
        self.message_user(request, _now("The tokens open nothing any more."), messages.SUCCESS)


@admin.register(Budget, site=site)
class BudgetAdmin(OfStreamAdmin):
    """Daily limits."""

    place = Place(Shelf.STUDIO, 4, "savings")
    about = _("Daily limits. Past one, the character goes on with the engines that cost nothing.")
    next_step = _("Set a daily limit before you go live with a paid engine.")
    list_display = ("meter", "where", "daily_limit", "is_enabled")
    fields = ("meter", "stream", "daily_limit", "is_enabled")
    list_filter = (("meter", ChoicesDropdownFilter),)


@admin.register(Usage, site=site)
class UsageAdmin(OfStreamAdmin, ReadOnlyAdmin):
    """What was used."""

    place = Place(Shelf.STUDIO, 5, "monitoring")
    about = _("What each stream used, day by day (UTC).")
    next_step = _("Numbers appear here after the first line on air.")
    list_display = ("day", "where", "meter", "provider", "amount")
    list_filter = (("meter", ChoicesDropdownFilter),)
    search_fields = ("provider",)
    date_hierarchy = "day"
    fields = ("day", "where", "meter", "provider", "amount")

    @display(description=_("used"), ordering="quantity")
    def amount(self, usage: Usage) -> str:
        """Show how much."""
        return f"{usage.quantity / 1_000_000:.4f}" if usage.meter == Meter.COST_MICROS else f"{usage.quantity:,}"
