"""The admin of revisions: what changed, putting a draft on air now or at a time, and going back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from personas.admin.differences import shown
from personas.admin.drafts import draft_form_url, list_url, revision_url
from personas.admin.rehearse import RehearseDraftButton
from personas.models import UNPUBLISHED, Revision, RevisionState
from personas.selectors.revisions import changes_since, compared_with, is_outdated, on_air_of
from personas.services import revisions
from personas.services.experiments import start_experiment
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.admin_base import ReadOnlyAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, until
from vtcontrol.tenancy.admin_site import Place, Shelf, site

PUBLISHERS = "personas.change_revision"
COMPARED_MOST = 200
STATES = {
    RevisionState.DRAFT: (Tone.NOTE, "edit_note"),
    RevisionState.SCHEDULED: (Tone.CAUTION, "schedule"),
    RevisionState.PUBLISHED: (Tone.GOOD, "podcasts"),
    RevisionState.RETIRED: (Tone.PLAIN, "history"),
}


def state_chip(revision: Revision) -> SafeString:
    """Return where a revision stands, as a chip."""
    tone, icon = STATES[RevisionState(revision.state)]
    return chip(revision.get_state_display(), tone, icon)


def _is_draft(revision: Revision) -> bool:
    return revision.state in UNPUBLISHED


class PublishForm(forms.Form):
    """When a draft goes on air."""

    when = forms.ChoiceField(
        label=_("When"), choices=[("now", _("Now, from the next line")), ("later", _("At a time"))], initial="now",
        widget=UnfoldAdminRadioSelectWidget,
    )  # fmt: skip
    publish_at = forms.DateTimeField(
        label=_("Time"), required=False, widget=UnfoldAdminTextInputWidget({"type": "datetime-local"})
    )
    over = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask for the time where one is needed."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("when") == "later" and not found.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", forms.ValidationError(_("Choose a time.")))
        return found


class TryForm(forms.Form):
    """How many viewers hear a revision, and what for."""

    share = forms.IntegerField(
        label=_("Share of B, %"), min_value=1, max_value=99, initial=50, widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("So many of a hundred viewers hear B."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget,
        help_text=_("What you want to find out."),
    )  # fmt: skip


class CompareForm(forms.Form):
    """Which revision the page compares with."""

    against = forms.ChoiceField(label=_("Compare with"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, revision: Revision, chosen: Revision | None) -> None:
        super().__init__(initial={"against": str(chosen.pk) if chosen else ""})
        others = Revision.objects.filter(persona=revision.persona_id).exclude(pk=revision.pk).order_by("-number")
        field: Any = self.fields["against"]
        field.choices = [(str(one.pk), _choice(one)) for one in others.defer("content")[:COMPARED_MOST]]


def _choice(revision: Revision) -> str:
    return " · ".join(str(part) for part in (revision, revision.get_state_display(), revision.note) if part)


@admin.register(Revision, site=site)
class RevisionAdmin(RehearseDraftButton, ReadOnlyAdmin):
    """What personas were and are to be."""

    place = Place(Shelf.CHARACTERS, 8, "history_edu")
    about = _(
        "Drafts, what is on air, and what was. Every line on air names the revision that spoke it; any of them can "
        "be compared and brought back."
    )
    next_step = _("Revisions appear by themselves when a persona is saved; “Save as draft” on its page makes a draft.")
    object_actions = ("edit_draft", "publish", "rehearse", "try_it", "call_off", "bring_back", "discard")
    list_display = ("number", "persona", "stands", "about_it", "saved", "created_by")
    list_filter = (("persona", RelatedDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("persona", "created_by")
    search_fields = ("persona__name", "note")
    date_hierarchy = "created_at"
    fields = ("persona", "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        """Return revisions; a list needs none of their contents."""
        rows: QuerySet[Revision] = super().get_queryset(request)
        is_list = request.resolver_match is not None and str(request.resolver_match.url_name).endswith("changelist")
        return (
            rows.defer("content") if is_list else rows.select_related("persona", "created_by", "published_by", "base")
        )

    @display(description=_("state"), ordering="state")
    def stands(self, revision: Revision) -> SafeString:
        """Show where it stands, and when a scheduled one goes on air."""
        mark = state_chip(revision)
        return mark + SafeString(" ") + until(revision.publish_at) if revision.publish_at else mark

    @display(description=_("what changed"))
    def about_it(self, revision: Revision) -> SafeString:
        """Show its note, or why it did not go on air."""
        return clipped(revision.refusal or revision.note, 80)

    @display(description=_("saved"), ordering="created_at")
    def saved(self, revision: Revision) -> SafeString:
        """Show when."""
        return ago(revision.created_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what a revision is and what it changes."""
        revision: Revision = self.require_object(request, object_id)
        on_air = on_air_of(revision.persona)
        against = self._against(request, revision)
        context = self._page(request, revision, _("%(revision)s of %(name)s"))
        context |= {
            "against": against,
            "difference": shown(changes_since(against, revision)),
            "compare": CompareForm(revision, against),
            "object_buttons": self.buttons(request, revision),
            "outdated_by": on_air if on_air and is_outdated(revision, on_air.pk) else None,
        }
        return TemplateResponse(request, "admin/personas/revision/revision.html", context)

    def _against(self, request: HttpRequest, revision: Revision) -> Revision | None:
        """Return what to compare with: the chosen one; else what is on air, and for that its predecessor.

        Raises:
            Http404: The persona has no such revision.
        """
        wanted = request.GET.get("against", "")
        found: Revision | None
        if not wanted:
            return compared_with(revision)
        try:
            found = Revision.objects.filter(pk=UUID(wanted), persona=revision.persona_id).first()
        except ValueError:
            found = None
        if found is None:
            raise Http404
        return found

    def _page(self, request: HttpRequest, revision: Revision, title: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title % {"revision": revision, "name": revision.persona.name},
            "opts": self.opts,
            "original": revision,
            "state": state_chip(revision),
            "back": revision_url(revision),
        }

    @object_page(label=_("Edit draft"), icon="edit", permission=PUBLISHERS, shown=_is_draft)
    def edit_draft(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        """Open the persona's form, filled from the draft."""
        return HttpResponseRedirect(draft_form_url(revision))

    @object_page(label=_("Publish"), icon="podcasts", permission=PUBLISHERS, shown=_is_draft)
    def publish(self, request: HttpRequest, revision: Revision) -> HttpResponse | None:
        """Show what a draft puts on air and what it would undo, ask when, and do it."""
        on_air = on_air_of(revision.persona)
        form = PublishForm(request.POST or None, initial={"over": on_air.pk if on_air else None})
        if request.method == "POST" and form.is_valid():
            try:
                self._publish(request, revision, form.cleaned_data)
            except InputInvalid as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            except Conflict as refusal:
                messages.warning(request, str(refusal))
                return HttpResponseRedirect(request.path)
            else:
                return None
        outdated = on_air is not None and is_outdated(revision, on_air.pk)
        context = self._page(request, revision, _("Publish %(revision)s of %(name)s"))
        context |= {
            "form": form,
            "on_air": on_air,
            "difference": shown(changes_since(on_air, revision)),
            "outdated": shown(changes_since(revision.base, on_air)) if outdated and on_air and revision.base else None,
            "is_outdated": outdated,
            "time_zone": timezone.get_current_timezone_name(),
        }
        return TemplateResponse(request, "admin/personas/revision/publish.html", context)

    def _publish(self, request: HttpRequest, revision: Revision, found: dict[str, Any]) -> None:
        over = found.get("over")
        if found["when"] == "later":
            revisions.schedule(revision, found["publish_at"], by=request.user, over=over)
            messages.success(request, _("%(revision)s is scheduled.") % {"revision": revision})
        else:
            revisions.publish(revision, by=request.user, over=over)
            messages.success(request, _("%(revision)s is on air from the next line.") % {"revision": revision})

    @object_page(
        label=_("Try on viewers"), icon="balance", permission="personas.change_experiment",
        shown=lambda revision: revision.state != RevisionState.PUBLISHED,
    )  # fmt: skip
    def try_it(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        """Ask for the share, and start an experiment."""
        form = TryForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                found = start_experiment(revision, by=request.user, **form.cleaned_data)
            except (Conflict, InputInvalid) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The experiment runs from the next line."))
                return HttpResponseRedirect(reverse("admin:personas_experiment_change", args=(quote(found.pk),)))
        context = self._page(request, revision, _("Try %(revision)s of %(name)s on viewers")) | {"form": form}
        return TemplateResponse(request, "admin/personas/revision/try.html", context)

    @object_action(
        label=_("Call off"), icon="event_busy", permission=PUBLISHERS,
        shown=lambda revision: revision.state == RevisionState.SCHEDULED,
    )  # fmt: skip
    def call_off(self, request: HttpRequest, revision: Revision) -> None:
        """Make a scheduled revision a draft again."""
        revisions.unschedule(revision)
        messages.success(request, _("It stays a draft; nothing goes on air by itself."))

    @object_action(
        label=_("Bring back"), icon="settings_backup_restore", permission=PUBLISHERS,
        shown=lambda revision: revision.state == RevisionState.RETIRED,
        confirm=_("The character becomes what it was then, from its next line. What is on air now stays in this list. "
                  "Bring it back?"),
    )  # fmt: skip
    def bring_back(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        """Put an earlier revision on air again, as a new one."""
        again = revisions.roll_back(revision, by=request.user)
        messages.success(request, _("%(revision)s is on air from the next line.") % {"revision": again})
        return HttpResponseRedirect(revision_url(again))

    @object_action(
        label=_("Discard draft"), icon="delete", tone="danger", permission=PUBLISHERS, shown=_is_draft,
        confirm=_("The draft is deleted for good. Discard it?"),
    )  # fmt: skip
    def discard(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        """Delete a draft."""
        revisions.discard(revision)
        messages.success(request, _("The draft is gone; what is on air did not change."))
        return HttpResponseRedirect(list_url(revision.persona_id))
