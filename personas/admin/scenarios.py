"""The admin of scenarios: a character's own moments, copied from the house's set, from a file, or written here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from personas.domain.rehearsal.scenarios import FILE_LARGEST, written
from personas.models import Persona, Scenario
from personas.scenario_services import Taken, house_scenarios, scenarios_in, take_in, value_of
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_forms import LongText, StudioForm
from vtcontrol.tenancy.admin_marks import clipped
from vtcontrol.tenancy.admin_site import Place, Shelf, site


class ScenarioForm(StudioForm):
    """The form of a scenario."""

    class Meta:
        widgets = {"script": LongText({"rows": 9, "spellcheck": "false"})}


class TakeInForm(forms.Form):
    """Whom scenarios are for, and where they come from."""

    persona: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Character"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("YAML or JSON. Empty: the house's own set in the character's language."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["persona"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Persona.objects.order_by("name")

    def take_in(self) -> Taken:
        """Copy what was chosen.

        Raises:
            InputInvalid: The file cannot be used.
        """
        persona: Persona = self.cleaned_data["persona"]
        file = self.cleaned_data["file"]
        if file is None:
            return take_in(persona, house_scenarios(persona.language))
        return take_in(persona, scenarios_in(file.read(FILE_LARGEST + 1)))


@admin.register(Scenario, site=site)
class ScenarioAdmin(StudioModelAdmin):
    """Moments to try a persona on."""

    place = Place(Shelf.CHARACTERS, 7, "science")
    about = gettext_lazy(
        "Moments to try a character on: what happens, and what is expected of its answers. A rehearsal plays them."
    )
    next_step = gettext_lazy("Copy the house's set to begin with, or write down the moment you are afraid of.")
    list_before_template = "admin/personas/scenario/list_before.html"
    form = ScenarioForm
    list_display = ("name", "persona", "what")
    list_filter = (("persona", RelatedDropdownFilter),)
    list_select_related = ("persona",)
    search_fields = ("name", "script")
    autocomplete_fields = ("persona",)
    actions = ("save_as_file",)
    fieldsets = (
        (None, {"fields": ("persona", "name", "script")}),
        (
            gettext_lazy("What is expected"),
            {
                "fields": (
                    ("must_not_say", "must_say_any"),
                    ("addresses_viewer", "keeps_secret"),
                    ("sentences_most", "characters_most", "language"),
                ),
                "description": gettext_lazy(
                    "Always checked: it answers, at a fitting length, with its own tags and without repeating itself, "
                    "no moderation rule has to step in, and nothing of its instructions comes out."
                ),
            },
        ),
    )

    @display(description=gettext_lazy("what happens"))
    def what(self, scenario: Scenario) -> SafeString:
        """Show the script's beginning."""
        return clipped(scenario.script, 90)

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, the page that takes scenarios in first."""
        view = self.admin_site.admin_view(self.take_in_page)
        inherited: list[URLPattern] = super().get_urls()
        return [path("take-in/", view, name="personas_scenario_take_in"), *inherited]

    def take_in_page(self, request: HttpRequest) -> HttpResponse:
        """Copy the house's set or a file's to a character."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TakeInForm(request.POST or None, request.FILES or None, initial={"persona": request.GET.get("persona")})
        if request.method == "POST" and form.is_valid():
            try:
                self._tell(request, form.take_in())
            except InputInvalid as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:personas_scenario_changelist"))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form}
        context["title"] = _("Take scenarios in")
        return TemplateResponse(request, "admin/personas/scenario/take_in.html", context)

    def _tell(self, request: HttpRequest, taken: Taken) -> None:
        words = ngettext("%(count)d scenario was added.", "%(count)d scenarios were added.", taken.added)
        told = words % {"count": taken.added}
        if taken.known:
            told += " " + _("%(count)d were there already and stay as they are.") % {"count": taken.known}
        self.message_user(request, told, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Save as a file"), permissions=["view"])
    def save_as_file(self, _request: HttpRequest, rows: Any) -> HttpResponse:
        """Hand out scenarios as a file that the command and other studios read."""
        text = written(value_of(row) for row in rows)
        answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="scenarios.yaml"'
        return answer
