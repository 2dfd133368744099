"""The admin of rehearsals: put one together, watch it, and read both answers side by side."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from personas.admin.preview import ROLE_LABELS
from personas.models import Persona
from streams.admin.rehearsal_forms import MAY_REHEARSE, RehearsalForm, WhoForm, rows_of
from streams.admin.rehearsal_words import failed_chip, result_of, state_chip
from streams.models import RehearsalAnswer, RehearsalRun
from streams.services.rehearsals import cancel, start
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import ReadOnlyAdmin
from vtcontrol.tenancy.admin_marks import ago
from vtcontrol.tenancy.admin_site import Place, Shelf, site


@admin.register(RehearsalRun, site=site)
class RehearsalAdmin(ReadOnlyAdmin):
    """Rehearsals, newest first; they are forgotten by themselves."""

    place = Place(Shelf.CHARACTERS, 9, "theater_comedy")
    about = _("A character tried out, off air: its answers beside those of another version, with checks.")
    next_step = _("Rehearse a character before you publish a change: the house's scenarios are a good beginning.")
    list_before_template = "admin/streams/rehearsalrun/list_before.html"
    object_actions = ("cancel",)
    list_display = ("begun", "persona", "sides_shown", "source", "standing", "progress", "verdict")
    list_filter = (("persona", RelatedDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("persona",)

    @display(description=_("begun"), ordering="created_at")
    def begun(self, run: RehearsalRun) -> SafeString:
        """Show when."""
        return ago(run.created_at)

    @display(description=_("who"))
    def sides_shown(self, run: RehearsalRun) -> str:
        """Show who was tried against whom."""
        return str(run)

    @display(description=_("state"), ordering="state")
    def standing(self, run: RehearsalRun) -> SafeString:
        """Show how it stands."""
        return state_chip(run)

    @display(description=_("answers"))
    def progress(self, run: RehearsalRun) -> str:
        """Show how far it has come."""
        return f"{run.done} / {run.total}"

    @display(description=_("checks"), ordering="failed")
    def verdict(self, run: RehearsalRun) -> SafeString:
        """Show how many checks failed."""
        return failed_chip(run.failed) if run.done else failed_chip(None)

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses: the page that starts one, and a prompt."""
        view = self.admin_site.admin_view
        own = [
            path("begin/", view(self.begin_page), name="streams_rehearsalrun_begin"),
            path("prompt/<uuid:answer_id>/", view(self.prompt_page), name="streams_rehearsalrun_prompt"),
        ]
        inherited: list[URLPattern] = super().get_urls()
        return own + inherited

    def begin_page(self, request: HttpRequest) -> HttpResponse:
        """Ask who is tried on what, and begin."""
        if not self.has_view_permission(request) or not request.user.has_perm(MAY_REHEARSE):
            raise PermissionDenied
        who = WhoForm(request.GET if "persona" in request.GET else None)
        if not who.is_valid():
            return self._page(request, "begin", _("Rehearse"), form=who, is_choosing=True)
        persona: Persona = who.cleaned_data["persona"]
        form = RehearsalForm(persona, request.POST or None, request.FILES or None, tried=request.GET.get("tried", ""))
        if request.method == "POST" and form.is_valid():
            try:
                run = start(form.wanted(), by=request.user)
            except (Conflict, InputInvalid) as error:
                form.add_error(None, str(error))
            else:
                return HttpResponseRedirect(self.address(run))
        has_stream = rows_of(form, "stream").exists()
        return self._page(request, "begin", _("Rehearse"), form=form, persona=persona, has_stream=has_stream)

    def prompt_page(self, request: HttpRequest, answer_id: UUID) -> HttpResponse:
        """Show what the model was asked, as a part of the run's page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        answer = RehearsalAnswer.objects.filter(pk=answer_id).first()
        if answer is None:
            raise Http404
        shown = [(ROLE_LABELS.get(one["role"], one["role"]), one["content"]) for one in answer.prompt]
        return TemplateResponse(request, "admin/streams/rehearsalrun/prompt.html", {"shown": shown})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show how it goes, or went."""
        run = self.get_object(request, unquote(object_id))
        if run is None:
            answer: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return answer
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        may_cancel = run.is_open and request.user.has_perm(MAY_REHEARSE)
        context = {"original": run, "run": run, "result": result_of(run), "may_cancel": may_cancel}
        return self._page(request, "result", _("Rehearsal of %(name)s") % {"name": run.persona.name}, **context)

    @object_action(
        label=_("Cancel"), icon="cancel", permission=MAY_REHEARSE, shown=lambda run: run.is_open,
        confirm=_("What was answered so far is kept. End the rehearsal?"),
    )  # fmt: skip
    def cancel(self, request: HttpRequest, run: RehearsalRun) -> None:
        """End it."""
        cancel(run)
        self.message_user(request, _("The rehearsal is cancelled."))

    def _page(self, request: HttpRequest, name: str, title: Any, **context: Any) -> TemplateResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/streams/rehearsalrun/{name}.html", {**base, **context})
