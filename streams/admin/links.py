"""The admin of chat links: which channels are read, how that goes, and the Twitch channel on a stream's own page."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from streams.models import ChannelLink, LinkFault, LinkStatus, Stream
from streams.selectors.links import standing_of, twitch_channel
from streams.services import links
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.access import ON_THE_SHOW
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

ADDRESS_LONGEST = 200
OFF, UNREAD = "off", "unread"
MARKS: dict[str, tuple[Any, Tone, str]] = {
    OFF: (_("Switched off"), Tone.PLAIN, "power_settings_new"),
    UNREAD: (_("Nobody reads it yet"), Tone.CAUTION, "hourglass_top"),
    LinkStatus.WAITING: (LinkStatus.WAITING.label, Tone.NOTE, "hourglass_top"),
    LinkStatus.CONNECTING: (LinkStatus.CONNECTING.label, Tone.NOTE, "sync"),
    LinkStatus.CONNECTED: (LinkStatus.CONNECTED.label, Tone.GOOD, "forum"),
    LinkStatus.FAULTY: (LinkStatus.FAULTY.label, Tone.BAD, "error"),
}
MODES: dict[str, Any] = {
    "emotes": _("emotes only"),
    "subs": _("subscribers only"),
    "followers": _("followers only"),
    "slow": _("slow mode"),
    "unique": _("unique messages"),
}
CHANNEL_HELP = _(
    "Its chat is read as soon as you save: the name is enough, no account and no key. Chat, bits, subscriptions, "
    "gifts, raids and deletions are read. Follows, rewards without a text, hype trains, polls and going live are not "
    "told there."
)


def link_chip(link: ChannelLink) -> SafeString:
    """Return how the reading of a channel goes; its stream must be at hand."""
    words, tone, icon = MARKS[standing_of(link, timezone.now())]
    return chip(words, tone, icon)


def fault_words(link: ChannelLink) -> SafeString:
    """Return the last fault and when it was, or nothing."""
    if not link.fault or link.fault not in LinkFault.values:
        return nothing()
    return format_html("{} {}", link.get_fault_display(), ago(link.fault_at))


def _channel_field(**options: Any) -> forms.CharField:
    """Return a field that takes a channel's name or its address."""
    return forms.CharField(max_length=ADDRESS_LONGEST, widget=UnfoldAdminTextInputWidget(), **options)


def _clean_name(text: str) -> str:
    try:
        return links.channel_name(text)
    except InputInvalid as problem:
        raise forms.ValidationError(str(problem)) from None


class LinkForm(StudioForm):
    """The form of a link."""

    channel = _channel_field(label=_("channel"), help_text=CHANNEL_HELP)

    def clean_channel(self) -> str:
        """Return the channel's name, however it was written."""
        return _clean_name(self.cleaned_data["channel"])

    def clean(self) -> dict[str, Any]:
        """Keep a stream from reading more channels than it could answer."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        stream = found.get("stream")
        if stream is not None:
            others = ChannelLink.objects.filter(stream=stream).exclude(pk=self.instance.pk).count()
            if others >= links.LINKS_A_STREAM:
                most = _("A stream reads at most %(count)d channels.") % {"count": links.LINKS_A_STREAM}
                self.add_error("stream", most)
        return found


@admin.register(ChannelLink, site=site)
class ChannelLinkAdmin(StudioModelAdmin):
    """Chat links."""

    place = Place(Shelf.ON_AIR, 2, "forum")
    about = _("Channels whose chat is read. Each can be switched on and off while the show goes on.")
    next_step = _("Enter a Twitch channel's name, here or on the stream's page. No account and no key is needed.")
    form = LinkForm
    object_actions = ("connect_anew",)
    list_display = ("channel", "stream", "standing", "rate", "heard", "last_fault", "is_enabled")
    list_filter = (
        ("stream", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
    )
    list_select_related = ("stream",)
    search_fields = ("channel",)
    autocomplete_fields = ("stream",)
    readonly_fields = ("standing", "since", "rate", "heard", "room", "last_fault")
    fieldsets: Any = (
        (None, {"fields": ("stream", "platform", "channel", "is_enabled", "is_own")}),
        (_("How it goes"), {"fields": readonly_fields}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show how it goes once there is something to show."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else fieldsets[:1]

    @display(description=_("state"), ordering="status")
    def standing(self, link: ChannelLink) -> SafeString:
        """Show how the reading goes."""
        return link_chip(link)

    @display(description=_("reading since"), ordering="connected_at")
    def since(self, link: ChannelLink) -> SafeString:
        """Show since when it is read."""
        return ago(link.connected_at)

    @display(description=_("messages a minute"), ordering="messages_a_minute")
    def rate(self, link: ChannelLink) -> Any:
        """Show how much comes."""
        return link.messages_a_minute if link.status == LinkStatus.CONNECTED else nothing()

    @display(description=_("last message"), ordering="last_message_at")
    def heard(self, link: ChannelLink) -> SafeString:
        """Show when the last message came."""
        return ago(link.last_message_at)

    @display(description=_("chat modes"))
    def room(self, link: ChannelLink) -> SafeString:
        """Show what the room demands of people who write."""
        told = [mode.partition("=") for mode in link.modes.split(", ") if mode]
        words = ((f"{MODES.get(name, name)} {value}".strip(),) for name, _equals, value in told)
        return format_html_join(", ", "{}", words) or nothing()

    @display(description=_("last fault"), ordering="fault_at")
    def last_fault(self, link: ChannelLink) -> SafeString:
        """Show what went wrong last."""
        return fault_words(link)

    def save_model(self, request: HttpRequest, obj: ChannelLink, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save what the form shows and nothing else: the rest is written by whoever reads the link meanwhile."""
        if not change:
            obj.save()
            return
        forgotten = links.NEW_CHANNEL if "channel" in form.changed_data else {}
        for name, value in forgotten.items():
            setattr(obj, name, value)
        obj.save(update_fields=[*form.fields, *forgotten])

    @object_action(
        label=_("Connect anew"), icon="sync", permission=ON_THE_SHOW, tone="primary",
        shown=lambda link: link.is_enabled,
    )  # fmt: skip
    def connect_anew(self, request: HttpRequest, link: ChannelLink) -> None:
        """Join the channel afresh, as a test of whether it can be read."""
        links.connect_anew(link.pk)
        words = _now("The channel is joined afresh; its state here is new in a few seconds.")
        self.message_user(request, words, messages.SUCCESS)


class StreamForm(StudioForm):
    """The form of a stream, with the Twitch channel it reads."""

    twitch_channel = _channel_field(label=_("Twitch channel"), required=False, help_text=CHANNEL_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("twitch_channel", twitch_channel(self.instance.pk))

    def clean_twitch_channel(self) -> str:
        """Return the channel's name, however it was written."""
        text = self.cleaned_data["twitch_channel"]
        return _clean_name(text) if text.strip() else ""


class ReadsTwitch:
    """Mixin of the streams' admin: a Twitch channel's name on the stream's own page is enough."""

    form = StreamForm
    readonly_fields: tuple[str, ...] = ("chat_links",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save what hangs on the stream, its channel too."""
        super().save_related(request, form, formsets, change)  # type: ignore[misc]  # the admin it is mixed into has it
        if "twitch_channel" in form.changed_data:
            links.set_twitch_channel(form.instance.pk, form.cleaned_data["twitch_channel"])

    @display(description=_("Twitch channel"))
    def twitch_channel(self, stream: Stream) -> Any:
        """Show the channel to those who may not change it."""
        return twitch_channel(stream.pk) or nothing()

    @display(description=_("chat links"))
    def chat_links(self, stream: Stream) -> Any:
        """Show how the reading of each channel goes."""
        rows: QuerySet[ChannelLink] = ChannelLink.objects.filter(stream_id=stream.pk).select_related("stream")
        parts = ((capfirst(str(row)), link_chip(row), fault_words(row) if row.fault else "") for row in rows)
        return format_html_join(SafeString("<br>"), "{} {} {}", parts) or nothing()
