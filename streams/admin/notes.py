"""The admin of the director's notes, of broadcasts, and of what OBS is asked to do."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from streams.models import Broadcast, Command, CommandState, DirectorNote, ObsEffect, Turn
from vtcontrol.tenancy.admin_base import EndlessAdmin, ReadOnlyAdmin, StudioModelAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, nothing, until
from vtcontrol.tenancy.admin_site import Place, Shelf, site

OF_STREAM = ("stream", RelatedDropdownFilter)
COMMAND_MARKS = {
    CommandState.WAITING: (Tone.NOTE, "hourglass_top"),
    CommandState.DONE: (Tone.GOOD, "check_circle"),
    CommandState.FAILED: (Tone.BAD, "error"),
    CommandState.EXPIRED: (Tone.PLAIN, "timer_off"),
}


@admin.register(DirectorNote, site=site)
class DirectorNoteAdmin(StudioModelAdmin):
    """Steers for the next lines."""

    place = Place(Shelf.ON_AIR, 4, "edit_note")
    about = _("Steer the next lines without being heard: “wrap up”, “ask about the new song”.")
    next_step = _("Write a note; it steers as many lines as you say.")
    list_display = ("what", "stream", "left", "written")
    list_filter = (OF_STREAM,)
    list_select_related = ("stream",)
    search_fields = ("text",)
    autocomplete_fields = ("stream",)
    fields = ("stream", "text", "turns_left")

    @display(description=_("note"))
    def what(self, note: DirectorNote) -> SafeString:
        """Show the note."""
        return clipped(note.text)

    @display(description=_("lines left"), ordering="turns_left")
    def left(self, note: DirectorNote) -> SafeString:
        """Show for how many lines it still steers."""
        return chip(note.turns_left, Tone.ACCENT, "edit_note") if note.turns_left else chip(_("Used up"))

    @display(description=_("written"), ordering="created_at")
    def written(self, note: DirectorNote) -> SafeString:
        """Show when."""
        return ago(note.created_at)


@admin.register(Broadcast, site=site)
class BroadcastAdmin(ReadOnlyAdmin):
    """Shows."""

    place = Place(Shelf.ON_AIR, 7, "live_tv")
    about = _("One show each, from going live to going off.")
    next_step = _("A broadcast begins by itself when something is said on a stream.")
    list_display = ("began", "stream", "standing", "lines")
    list_filter = (OF_STREAM,)
    list_select_related = ("stream",)
    date_hierarchy = "started_at"
    fields = ("stream", "started_at", "ended_at", "lines")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Broadcast]:
        """Return broadcasts with the number of their lines."""
        turns = Turn.objects.filter(broadcast=OuterRef("pk")).order_by().values("broadcast")
        count = Subquery(turns.annotate(count=Count("id")).values("count"))
        rows: QuerySet[Broadcast] = super().get_queryset(request)
        return rows.annotate(line_count=count)

    @display(description=_("started"), ordering="started_at")
    def began(self, broadcast: Broadcast) -> SafeString:
        """Show when it began."""
        return ago(broadcast.started_at)

    @display(description=_("state"), ordering="ended_at")
    def standing(self, broadcast: Broadcast) -> SafeString:
        """Show whether it goes on."""
        return (
            chip(_("Over"), Tone.PLAIN, "stop_circle")
            if broadcast.ended_at
            else chip(_("On air"), Tone.GOOD, "sensors")
        )

    @display(description=_("lines"), ordering="line_count")
    def lines(self, broadcast: Broadcast) -> Any:
        """Show how much was said."""
        return getattr(broadcast, "line_count", None) or nothing()


@admin.register(ObsEffect, site=site)
class ObsEffectAdmin(StudioModelAdmin):
    """What OBS does about feelings and events."""

    place = Place(Shelf.ON_AIR, 8, "auto_videocam")
    about = _("What OBS does about feelings and events. Stored now; the OBS link carries it out.")
    next_step = _("Add an effect: for “joy”, switch to the scene with confetti.")
    list_display = ("trigger", "request", "stream", "is_enabled")
    list_filter = (OF_STREAM, ("is_enabled", BooleanRadioFilter))
    list_select_related = ("stream",)
    search_fields = ("trigger", "request")
    autocomplete_fields = ("stream",)
    fields = ("stream", "trigger", "request", "arguments", "is_enabled")


@admin.register(Command, site=site)
class CommandAdmin(EndlessAdmin):
    """What links were asked to do."""

    place = Place(Shelf.ON_AIR, 9, "terminal")
    about = _("What links such as OBS were asked to do, and what came of it.")
    next_step = _("Commands appear here when a link is asked to do something.")
    list_display = ("asked", "request", "stream", "link", "state_chip", "deadline")
    list_filter = (OF_STREAM, ("state", ChoicesDropdownFilter))
    list_select_related = ("stream",)
    search_fields = ("request",)
    fields = ("stream", "link", "request", "arguments", "state_chip", "result", "deadline_at", "created_at")

    @display(description=_("asked"), ordering="created_at")
    def asked(self, command: Command) -> SafeString:
        """Show when."""
        return ago(command.created_at)

    @display(description=_("state"), ordering="state")
    def state_chip(self, command: Command) -> SafeString:
        """Show what came of it."""
        tone, icon = COMMAND_MARKS.get(CommandState(command.state), (Tone.PLAIN, "help"))
        return chip(command.get_state_display(), tone, icon)

    @display(description=_("deadline"), ordering="deadline_at")
    def deadline(self, command: Command) -> SafeString:
        """Show how long it may take."""
        return until(command.deadline_at)
