"""The admin of memory's records: what was said, and what consolidation did."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from memory.admin.columns import OF_PERSONA
from memory.models import ConsolidationEntry, ConsolidationRun, RunState, Speaker, Utterance
from memory.services import undo_run
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import EndlessAdmin, ReadOnlyAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

ENTRIES_SHOWN = 200
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


RUN_MARKS = {
    RunState.CLAIMED: (Tone.NOTE, "sync"),
    RunState.ANSWERED: (Tone.NOTE, "sync"),
    RunState.APPLIED: (Tone.GOOD, "check_circle"),
    RunState.FAILED: (Tone.BAD, "error"),
    RunState.UNDONE: (Tone.CAUTION, "undo"),
}


def _can_be_undone(run: ConsolidationRun) -> bool:
    return run.state == RunState.APPLIED


@admin.register(ConsolidationRun, site=site)
class ConsolidationRunAdmin(ReadOnlyAdmin):
    """The journal: what consolidation and people did to memories, and the way back."""

    place = Place(Shelf.MEMORY, 5, "cleaning_services")
    about = _("Each pass over a persona's memories and each bulk change: what it did, and the way back.")
    next_step = _("Passes run by themselves while the studio works.")
    list_display = ("started", "persona", "kind", "noticed", "expired", "engine", "state_chip")
    list_filter = (OF_PERSONA, ("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("persona",)
    fields = ("persona", "kind", "state_chip", "engine", "note", "read", "started_at", "finished_at", "entries_shown")
    readonly_fields = ("state_chip", "entries_shown")
    object_actions = ("undo",)

    @display(description=_("started"), ordering="started_at")
    def started(self, run: ConsolidationRun) -> SafeString:
        """Show when."""
        return ago(run.started_at)

    @display(description=_("state"), ordering="state")
    def state_chip(self, run: ConsolidationRun) -> SafeString:
        """Show how far it got."""
        return chip(run.get_state_display(), *RUN_MARKS[RunState(run.state)])

    @display(description=_("what it did"))
    def entries_shown(self, run: ConsolidationRun) -> SafeString:
        """Show the first entries."""
        entries = ConsolidationEntry.objects.filter(run=run).order_by("number")[:ENTRIES_SHOWN]
        rows = ((one.get_action_display(), one.text or "—", one.reason.replace("_", " ")) for one in entries)
        return format_html_join("", "<p><strong>{}</strong> {} <small>{}</small></p>", rows) or nothing()

    @object_action(
        label=_("Undo"), icon="undo", permission="memory.change_memory", tone="danger", shown=_can_be_undone,
        confirm=_("Take back everything this run did? What people changed since stays."),
    )  # fmt: skip
    def undo(self, request: HttpRequest, run: ConsolidationRun) -> None:
        """Take a run back."""
        done = undo_run(run.pk)
        said = ngettext("%(count)d entry taken back.", "%(count)d entries taken back.", done.undone)
        messages.success(request, said % {"count": done.undone})
        if done.kept:
            kept = ngettext(
                "%(count)d stays, because the memory was changed since.",
                "%(count)d stay, because the memories were changed since.",
                done.kept,
            )
            messages.warning(request, kept % {"count": done.kept})
