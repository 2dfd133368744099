"""The admin of turns: what was said, and why."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from streams.admin.approval import decision_on
from streams.admin.corrections import Corrections
from streams.admin.why import why
from streams.admin.words import emotion_chip, event_chip, kind_chip, reason_words, turn_chip
from streams.models import Turn
from vtcontrol.tenancy.admin_base import EndlessAdmin
from vtcontrol.tenancy.admin_marks import ago, clipped, duration, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site


@admin.register(Turn, site=site)
class TurnAdmin(Corrections, EndlessAdmin):
    """Answers, each with everything that led to it."""

    place = Place(Shelf.ON_AIR, 2, "record_voice_over")
    about = _("Every line the character said, or tried to. Open one to see why it said that.")
    next_step = _("Open the dock or a chat, write a line, and the first turn stands here within a second.")
    object_actions = ("never_again", "remember_this", "correct_memory")
    list_display = ("when", "exchange", "feeling", "state_chip", "thinker", "latency", "price")
    list_filter = (
        ("stream", RelatedDropdownFilter),
        ("persona", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("started_at", RangeDateTimeFilter),
    )
    list_select_related = ("event",)
    list_display_links = ("when", "exchange")
    search_fields = ("text", "event__text", "event__author_name")
    search_help_text = _("Words said, words answered, or a viewer's name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        """Return turns without their stored prompts."""
        rows: QuerySet[Turn] = super().get_queryset(request)
        return rows.defer("prompt")

    @display(description=_("when"), ordering="started_at")
    def when(self, turn: Turn) -> SafeString:
        """Show when."""
        return ago(turn.started_at)

    @display(description=_("line and answer"))
    def exchange(self, turn: Turn) -> SafeString:
        """Show the viewer's line above the answer."""
        name, line = (turn.event.author_name, turn.event.text) if turn.event else ("", "")
        heard = format_html('<span class="vt-line"><b>{}</b> {}</span>', name, clipped(line, 80)) if turn.event else ""
        said = (
            clipped(turn.text, 90)
            if turn.text
            else format_html('<i class="vt-muted">{}</i>', reason_words(turn.reason))
        )
        return format_html('<span class="vt-exchange">{}<span class="vt-said">{}</span></span>', heard, said)

    @display(description=_("emotion"), ordering="emotion")
    def feeling(self, turn: Turn) -> SafeString | str:
        """Show the feeling."""
        return emotion_chip(turn.emotion) or nothing()

    @display(description=_("state"), ordering="state")
    def state_chip(self, turn: Turn) -> SafeString:
        """Show how it ended."""
        return turn_chip(turn)

    @display(description=_("brain"), ordering="brain")
    def thinker(self, turn: Turn) -> SafeString:
        """Show which model thought, the provider on hover."""
        model = turn.brain.partition(": ")[2] or turn.brain
        return format_html('<span class="vt-cut" title="{}">{}</span>', turn.brain, model) if model else nothing()

    @display(description=_("first sound"))
    def latency(self, turn: Turn) -> SafeString:
        """Show how long viewers waited for the first sound."""
        return format_html('<span class="vt-number">{}</span>', duration(turn.timings.get("first_audio")))

    @display(description=_("cost"), ordering="cost")
    def price(self, turn: Turn) -> SafeString:
        """Show what it cost."""
        return format_html('<span class="vt-number">{}</span>', f"{turn.cost:.4f}") if turn.cost else nothing()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show why the character said that."""
        turn = self.get_object(request, unquote(object_id))
        if turn is None:
            answer: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return answer
        if not self.has_view_permission(request, turn):
            raise PermissionDenied
        event = turn.event
        context = {
            **self.admin_site.each_context(request),
            "title": _("Why did it say that?"),
            "opts": self.opts,
            "original": turn,
            "turn": turn,
            "event": event,
            "why": why(turn),
            "object_buttons": [one for one in self.buttons(request, turn) if one.action.name != "correct_memory"],
            "may_correct": request.user.has_perm("memory.change_memory"),
            "state": turn_chip(turn),
            "reason": reason_words(turn.reason) if turn.reason else "",
            "feeling": emotion_chip(turn.emotion),
            "event_state": event_chip(event) if event else "",
            "event_kind": kind_chip(event) if event else "",
            "event_reason": reason_words(event.reason) if event and event.reason else "",
            "started": ago(turn.started_at),
            "held": decision_on(turn),
        }
        return TemplateResponse(request, "admin/streams/turn/why.html", context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return one turn with all that its page shows."""
        self_and_links = ("event__viewer", "persona", "revision", "stream", "broadcast")
        try:
            return Turn.objects.select_related(*self_and_links).get(pk=self.opts.pk.to_python(object_id))
        except (Turn.DoesNotExist, ValidationError):
            return None
