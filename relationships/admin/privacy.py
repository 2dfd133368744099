"""The admin of privacy: what people asked for and what was done, and who on the team looked at whom."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from relationships.models import AccessRecord, PrivacyRequest, RequestState, Viewer
from vtcontrol.tenancy.admin_base import EndlessAdmin, ReadOnlyAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

STATE_MARKS = {
    RequestState.WAITING: (Tone.NOTE, "hourglass_empty"),
    RequestState.RUNNING: (Tone.NOTE, "progress_activity"),
    RequestState.ERASED: (Tone.GOOD, "check"),
    RequestState.DONE: (Tone.GOOD, "done_all"),
    RequestState.FAILED: (Tone.BAD, "error"),
}
STEPS = {
    "rows": _("Their own rows"),
    "prompts": _("Stored prompts of other lines"),
    "mentions": _("Mentions in other people's rows"),
    "rewrite": _("The files of the database, when no show is on"),
}
OPEN = {RequestState.WAITING, RequestState.RUNNING, RequestState.FAILED}


@admin.register(PrivacyRequest, site=site)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    """What people asked for."""

    place = Place(Shelf.AUDIENCE, 4, "policy")
    about = _("What people asked for about their own data, and what was done. A finished request names nobody.")
    next_step = _("Requests appear when a viewer writes !forgetme or !whatdoyouknow, or when you erase somebody.")
    list_display = ("when", "kind", "origin", "user", "state_chip", "rows")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("user",)
    change_form_outer_before_template = "admin/relationships/privacyrequest/report.html"
    fields = ("kind", "origin", "user", "state_chip", "asked_at", "finished_at", "rewritten_at", "problem")

    @display(description=_("asked"), ordering="asked_at")
    def when(self, asked: PrivacyRequest) -> SafeString:
        """Show when."""
        return ago(asked.asked_at)

    @display(description=_("state"), ordering="state")
    def state_chip(self, asked: PrivacyRequest) -> SafeString:
        """Show how far it is."""
        tone, icon = STATE_MARKS.get(RequestState(asked.state), (Tone.PLAIN, "help"))
        return chip(asked.get_state_display(), tone, icon)

    @display(description=_("rows"))
    def rows(self, asked: PrivacyRequest) -> SafeString | int:
        """Show how many rows went."""
        return sum(asked.counts.get("erased", {}).values()) or nothing()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the report: how far it is, and the rows by table."""
        asked = self.get_object(request, unquote(object_id))
        context = {**(extra_context or {}), **(self._report(asked) if asked else {})}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def _report(self, asked: PrivacyRequest) -> dict[str, Any]:
        viewer = Viewer.objects.filter(pk=asked.viewer_id).first() if asked.viewer_id else None
        person = reverse("admin:relationships_viewer_change", args=(viewer.pk,)) if viewer else ""
        return {
            "is_open": asked.state in OPEN and asked.kind != "show",
            "step": STEPS.get(asked.step, ""),
            "state_mark": self.state_chip(asked),
            "person": format_html('<a class="vt-link" href="{}">{}</a>', person, viewer.name) if viewer else "",
            "erased": sorted(asked.counts.get("erased", {}).items()),
            "left_to_the_team": sorted(asked.counts.get("left_to_the_team", {}).items()),
        }


@admin.register(AccessRecord, site=site)
class AccessRecordAdmin(EndlessAdmin):
    """Who did what with whose data."""

    place = Place(Shelf.AUDIENCE, 5, "history_edu")
    about = _("Who on the team looked at or changed what is known about people: names of fields, never their content.")
    next_step = _("Records appear as soon as somebody opens a viewer's card.")
    list_display = ("when", "user", "deed", "whom", "what")
    list_filter = (("deed", ChoicesDropdownFilter), ("at", RangeDateTimeFilter))
    list_select_related = ("user",)
    fields = ("user", "deed", "whom", "what", "at")

    @display(description=_("when"), ordering="at")
    def when(self, record: AccessRecord) -> SafeString:
        """Show when."""
        return ago(record.at)

    @display(description=_("viewer"))
    def whom(self, record: AccessRecord) -> SafeString:
        """Lead to the card, by its id: the list itself names nobody."""
        if record.subject_id is None:
            return nothing()
        url = reverse("admin:relationships_viewer_change", args=(record.subject_id,))
        return format_html('<a class="vt-link" href="{}">…{}</a>', url, str(record.subject_id)[-6:])

    @display(description=_("fields"))
    def what(self, record: AccessRecord) -> SafeString | str:
        """Show which fields changed."""
        return ", ".join(str(name) for name in record.fields) or nothing()
