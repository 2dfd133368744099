"""The admin of streams: settings, the live state, hands on the show, and links to its pages."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import display

from streams.admin.cast import CastInline
from streams.admin.commands import ReadyCommands
from streams.admin.docks import ShowsDocks, panel_urls
from streams.admin.links import ReadsTwitch
from streams.admin.live import LiveStream, is_muted, is_panicked, live_streams, standing_chip
from streams.admin.stage import StagePages
from streams.models import Stream
from streams.services import control
from streams.services.cast import show_character
from streams.services.looks import tell_look
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import ON_THE_SHOW, ApiToken, TokenKind
from vtcontrol.tenancy.addresses import public_address
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import chip
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.studios import MemberRole

PAGES = {TokenKind.STAGE.value: _("Stage"), TokenKind.DOCK.value: _("Dock")}


def page_url(request: HttpRequest, kind: str, secret: str) -> str:
    """Return the address of a page that opens with a token; the fragment never leaves the browser."""
    return public_address(request, f"/{kind}/#{secret}")


@admin.register(Stream, site=site)
class StreamAdmin(ShowsDocks, ReadyCommands, ReadsTwitch, StagePages, TrackedAdmin):
    """Streams."""

    place = Place(Shelf.ON_AIR, 1, "podcasts", is_searched=True)
    about = _("Places on air: which character speaks, in which language, and how the stage looks.")
    next_step = _("Add a stream, then open its stage in OBS and its dock beside it.")
    object_actions = (
        "dock",
        "dock_frame",
        "dock_session",
        "links",
        "layout",
        "pages",
        "commands",
        "skip",
        "mute",
        "unmute",
        "release",
        "panic",
    )
    list_display = ("name", "persona", "language_chip", "is_enabled", "standing")
    list_filter = (("persona", RelatedDropdownFilter), ("is_enabled", BooleanRadioFilter))
    list_select_related = ("persona", "state")
    search_fields = ("name", "persona__name")
    autocomplete_fields = ("persona", "moderation_model")
    inlines = (CastInline,)
    change_form_outer_before_template = "admin/streams/stream/panel.html"
    fieldsets = (
        (None, {"fields": ("name", "persona", "language", "is_enabled", "twitch_channel", "chat_links")}),
        (_("Stage"), {"fields": ("shows_badge", "shows_subtitles")}),
        (_("What it answers"), {"fields": ("viewer_cooldown_s", "chat_fresh_s", "exchanges_most")}),
        (_("Moderation"), {"fields": ("moderation_model",)}),
        (_("Approval"), {"fields": ("approval", "approval_timeout_s", "approval_most", "approval_waits")}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save; open stage pages follow at once."""
        super().save_model(request, obj, form, change)
        if "persona" in form.changed_data:
            show_character(obj.pk)  # a line that is being said keeps its face
        else:
            tell_look(obj.pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save the cast; open stage pages follow."""
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            show_character(form.instance.pk)

    @display(description=_("language"), ordering="language")
    def language_chip(self, stream: Stream) -> Any:
        """Show the language."""
        return chip(stream.get_language_display())

    @display(description=_("state"))
    def standing(self, stream: Stream) -> Any:
        """Show whether it is live."""
        return standing_chip(stream)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add the live state."""
        stream = kwargs.get("obj")
        if stream is not None:
            found: list[LiveStream] = live_streams(stream.pk)
            context["live"] = found[0] if found else None
        return super().render_change_form(request, context, **kwargs)

    @object_action(
        label=_("Panic: silence now"), icon="volume_off", permission=ON_THE_SHOW, tone="danger",
        shown=lambda stream: not is_panicked(stream),
    )  # fmt: skip
    def panic(self, request: HttpRequest, stream: Stream) -> None:
        """Silence the stream until it is released."""
        control.panic(stream.pk)
        self.message_user(request, _now("Silent. Nothing is said until you release it."), messages.WARNING)

    @object_action(
        label=_("Release"), icon="play_arrow", permission=ON_THE_SHOW, tone="primary",
        shown=is_panicked,
    )  # fmt: skip
    def release(self, request: HttpRequest, stream: Stream) -> None:
        """End a panic."""
        control.release(stream.pk)
        self.message_user(request, _now("The show goes on."), messages.SUCCESS)

    @object_action(label=_("Skip line"), icon="skip_next", permission=ON_THE_SHOW)
    def skip(self, request: HttpRequest, stream: Stream) -> None:
        """End the line being said."""
        control.skip(stream.pk)
        self.message_user(request, _now("The line is skipped."), messages.SUCCESS)

    @object_action(
        label=_("Mute voice"),
        icon="volume_mute",
        permission=ON_THE_SHOW,
        shown=lambda stream: not is_muted(stream),
    )
    def mute(self, request: HttpRequest, stream: Stream) -> None:
        """Switch the voice off; subtitles go on."""
        control.mute(stream.pk, is_muted=True)

    @object_action(label=_("Unmute voice"), icon="volume_up", permission=ON_THE_SHOW, shown=is_muted)
    def unmute(self, request: HttpRequest, stream: Stream) -> None:
        """Switch the voice on again."""
        control.mute(stream.pk, is_muted=False)

    @object_page(label=_("Stage and dock links"), icon="link", permission="tenancy.add_apitoken")
    def links(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Make links to the stream's pages, shown once, and revoke old ones."""
        made = ""
        kind = request.POST.get("kind", "")
        if request.method == "POST" and "revoke" in request.POST:
            return self._revoke(request, stream)
        if request.method == "POST" and kind in PAGES:
            name = _now("%(page)s of %(stream)s") % {"page": PAGES[kind], "stream": stream.name}
            role = MemberRole.OBSERVER if request.POST.get("only") == "watch" else MemberRole.MANAGER
            token, secret = tokens.issue(
                TokenKind(kind), name[:80], stream_id=stream.pk, created_by=request.user, role=role
            )
            self.log_change(request, stream, _now("Made the link “%(name)s”.") % {"name": token.name})
            made = page_url(request, kind, secret)
        links = ApiToken.objects.filter(stream_id=stream.pk, kind__in=PAGES, revoked_at=None, member=None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Stage and dock links"),
            "opts": self.opts,
            "original": stream,
            "made": made,
            "card": made.replace("#", "?card=1#") if kind == TokenKind.STAGE else "",
            "made_kind": kind,
            "made_panels": panel_urls(made) if kind == TokenKind.DOCK else [],
            "links": links.select_related("created_by"),
        }
        return TemplateResponse(request, "admin/streams/stream/links.html", context)

    def _revoke(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        try:
            token_id = UUID(request.POST["revoke"])
        except ValueError:
            raise Http404 from None
        token = ApiToken.objects.filter(pk=token_id, stream_id=stream.pk, member=None).first()
        if token is None:
            raise Http404
        tokens.revoke(token)
        self.message_user(request, _now("The link opens nothing any more."), messages.SUCCESS)
        return HttpResponseRedirect(self.address(stream, "links"))
