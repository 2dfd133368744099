"""The admin of webhooks: where messages go, the secret that signs them, and the log of what was sent."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from streams.admin.access import OfStreamAdmin, OfStreamForm
from streams.services import webhooks
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import EndlessAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, duration
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.webhooks import ASKED_FOR, Delivery, DeliveryState, Webhook

DELIVERY_MARKS = {
    DeliveryState.WAITING: (Tone.CAUTION, "schedule"),
    DeliveryState.DELIVERED: (Tone.GOOD, "check_circle"),
    DeliveryState.FAILED: (Tone.BAD, "error"),
}


class WebhookForm(OfStreamForm):
    """The form of a webhook."""

    def clean(self) -> dict[str, Any]:
        """Refuse what could carry a password in the open, and a webhook that hears nothing."""
        found = super().clean()
        if "@" in str(found.get("url", "")).partition("://")[2].partition("/")[0]:
            self.add_error("url", _("The address must not contain a user name or password."))
        if not any(found.get(name) for name in ASKED_FOR.values()):
            self.add_error("on_turn_ended", _("Choose at least one: it would be told nothing."))
        return found


@admin.register(Webhook, site=site)
class WebhookAdmin(OfStreamAdmin):
    """Webhooks. The secret is shown once, when it is made."""

    place = Place(Shelf.STUDIO, 8, "webhook")
    about = _("Addresses of your own programs that are told what happens, in signed messages.")
    next_step = _("Add the address of a program of yours; then send it a test.")
    form = WebhookForm
    object_actions = ("ping", "start_again", "new_secret")
    list_display = ("name", "where", "topics", "standing", "sent")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "url", "stream", "is_enabled")}),
        (_("What it is told"), {"fields": tuple(ASKED_FOR.values())}),
        (_("How it goes"), {"fields": ("standing", "sent", "failures", "hint")}),
    )
    readonly_fields = ("standing", "sent", "failures", "hint")

    @display(description=_("told"))
    def topics(self, webhook: Webhook) -> str:
        """Show what it is told."""
        fields = (self.opts.get_field(name) for name in ASKED_FOR.values())
        return ", ".join(str(field.verbose_name) for field in fields if getattr(webhook, field.name))

    @display(description=_("state"))
    def standing(self, webhook: Webhook) -> SafeString:
        """Show whether it works."""
        if webhook.stopped_at:
            return chip(_("Stopped after failing again and again"), Tone.BAD, "error")
        if not webhook.is_enabled:
            return chip(_("Off"), Tone.PLAIN, "power_settings_new")
        if webhook.failures:
            return chip(_("Failing"), Tone.CAUTION, "warning")
        return chip(_("Works"), Tone.GOOD, "check_circle") if webhook.last_at else chip(_("Nothing sent yet"))

    @display(description=_("last sent"), ordering="last_at")
    def sent(self, webhook: Webhook) -> SafeString:
        """Show when it was told something last."""
        return ago(webhook.last_at)

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Make the secret of a new webhook; its text goes to the one page that shows it."""
        if not change:
            request.new_secret = obj.new_secret()  # type: ignore[attr-defined]  # read once, by response_add
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret, this once."""
        return self._show(request, obj, request.new_secret)  # type: ignore[attr-defined]  # set by save_model

    def _show(self, request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The webhook’s secret"),
            "opts": self.opts,
            "webhook": webhook,
            "secret": secret,
        }
        return TemplateResponse(request, "admin/tenancy/webhook/made.html", context)

    @object_action(label=_("Send a test"), icon="send")
    def ping(self, request: HttpRequest, webhook: Webhook) -> None:
        """Send a test message."""
        webhooks.ping(webhook)
        self.message_user(request, _now("A test is on its way. Look at the messages in a moment."), messages.SUCCESS)

    @object_action(
        label=_("Start again"), icon="play_arrow", tone="primary", shown=lambda webhook: webhook.stopped_at is not None
    )
    def start_again(self, request: HttpRequest, webhook: Webhook) -> None:
        """Let a stopped webhook work again."""
        webhooks.start_again(webhook)
        self.log_change(request, webhook, _now("Started again."))
        self.message_user(request, _now("It is told again what happens from now on."), messages.SUCCESS)

    @object_action(
        label=_("New secret"), icon="key", tone="danger",
        confirm=_("Messages are signed with the new secret at once. Make one?"),
    )  # fmt: skip
    def new_secret(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        """Replace the secret, and show it this once."""
        secret = webhook.new_secret()
        webhook.save(update_fields=["sealed", "hint"])
        self.log_change(request, webhook, _now("Made a new secret."))
        return self._show(request, webhook, secret)


@admin.register(Delivery, site=site)
class DeliveryAdmin(EndlessAdmin):
    """What was sent. Neither texts nor secrets are kept."""

    place = Place(Shelf.STUDIO, 9, "outbox")
    about = _("What was sent to webhooks, and what they answered. Texts are not kept once a message arrived.")
    next_step = _("Messages appear here once a webhook has something to be told.")
    list_display = ("created_at", "webhook", "topic", "standing", "attempts", "status", "trouble", "took")
    list_filter = (
        ("webhook", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("topic", ChoicesDropdownFilter),
    )
    list_select_related = ("webhook",)
    fields = ("webhook", "topic", "standing", "attempts", "status", "trouble", "took", "created_at", "next_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Return the messages without their texts."""
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows.defer("body")

    @display(description=_("state"), ordering="state")
    def standing(self, delivery: Delivery) -> SafeString:
        """Show how far it got."""
        tone, icon = DELIVERY_MARKS[DeliveryState(delivery.state)]
        return chip(delivery.get_state_display(), tone, icon)

    @display(description=_("took"))
    def took(self, delivery: Delivery) -> str:
        """Show how long the answer took."""
        return duration(delivery.took_ms)
