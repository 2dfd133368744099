"""The admin of memory's records: what was said, and what consolidation did."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from memory.admin.columns import OF_PERSONA
from memory.models import ConsolidationRun, Speaker, Utterance
from vtcontrol.tenancy.admin_base import EndlessAdmin, ReadOnlyAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped
from vtcontrol.tenancy.admin_site import Place, Shelf, site

SPEAKER_TONES = {Speaker.CHARACTER: Tone.ACCENT, Speaker.VIEWER: Tone.NOTE}


@admin.register(Utterance, site=site)
class UtteranceAdmin(EndlessAdmin):
    """What was said."""

    place = Place(Shelf.MEMORY, 3, "format_quote")
    about = _("Everything that was really said and heard: the evidence behind memories. Kept for thirty days.")
    next_step = _("Lines appear here when the character is on air.")
    list_display = ("said", "speaker_chip", "name", "what", "persona")
    list_filter = (OF_PERSONA, ("speaker", ChoicesDropdownFilter), ("said_at", RangeDateTimeFilter))
    list_select_related = ("persona",)
    search_fields = ("text", "name")
    fields = ("persona", "speaker", "name", "text", "said_at", "expires_at")

    @display(description=_("said"), ordering="said_at")
    def said(self, utterance: Utterance) -> SafeString:
        """Show when."""
        return ago(utterance.said_at)

    @display(description=_("speaker"), ordering="speaker")
    def speaker_chip(self, utterance: Utterance) -> SafeString:
        """Show who."""
        return chip(utterance.get_speaker_display(), SPEAKER_TONES.get(Speaker(utterance.speaker), Tone.PLAIN))

    @display(description=_("text"))
    def what(self, utterance: Utterance) -> SafeString:
        """Show the beginning."""
        return clipped(utterance.text)


@admin.register(ConsolidationRun, site=site)
class ConsolidationRunAdmin(ReadOnlyAdmin):
    """What consolidation did."""

    place = Place(Shelf.MEMORY, 4, "cleaning_services")
    about = _("Each pass over a persona's memories: what was forgotten and what was noticed.")
    next_step = _("Passes run by themselves while the studio works.")
    list_display = ("started", "persona", "expired", "noticed", "state")
    list_filter = (OF_PERSONA,)
    list_select_related = ("persona",)
    fields = ("persona", "started_at", "finished_at", "expired", "noticed")

    @display(description=_("started"), ordering="started_at")
    def started(self, run: ConsolidationRun) -> SafeString:
        """Show when."""
        return ago(run.started_at)

    @display(description=_("state"))
    def state(self, run: ConsolidationRun) -> SafeString:
        """Show whether it is over."""
        return chip(_("Done"), Tone.GOOD, "check_circle") if run.finished_at else chip(_("Running"), Tone.NOTE, "sync")
