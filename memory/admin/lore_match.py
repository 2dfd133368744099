"""The page beside the list of lore: which of it would come up for pasted lines, and why."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from memory.domain.lore import Cause, LoreHit, match
from memory.selectors import lore_book
from personas.models import Persona
from personas.selectors import counter_of
from vtcontrol.tenancy.admin_forms import LongText
from vtcontrol.tenancy.admin_marks import Tone

LINES_MOST = 60
CAUSES = {
    Cause.ALWAYS: (gettext_lazy("Always"), Tone.ACCENT),
    Cause.KEY: (gettext_lazy("Key found"), Tone.GOOD),
    Cause.OTHER_LORE: (gettext_lazy("Brought up by other lore"), Tone.GOOD),
    Cause.KEPT_AWAY: (gettext_lazy("Kept away by a word"), Tone.CAUTION),
    Cause.SECOND_KEY: (gettext_lazy("The second keys do not fit"), Tone.CAUTION),
    Cause.CHANCE: (gettext_lazy("Chance was against it"), Tone.NOTE),
    Cause.BUDGET: (gettext_lazy("No room: others are dearer"), Tone.BAD),
}


class LoreMatchForm(forms.Form):
    """Whose lore, and what was said."""

    persona: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Persona"), widget=UnfoldAdminSelectWidget)
    text = forms.CharField(
        label=gettext_lazy("Lines"), max_length=8000, widget=LongText({"rows": 4}),
        help_text=gettext_lazy("One a line, the newest last."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["persona"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Persona.objects.select_related("brain").order_by("name")


class LoreMatchPage:
    """Mixin of the lore's admin: adds the page."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, the page first."""
        own = [path("match/", self.admin_site.admin_view(self.match_page), name="memory_lore_match")]
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return own + inherited

    def match_page(self, request: HttpRequest) -> HttpResponse:
        """Show which lore the lines bring up.

        Raises:
            PermissionDenied: The user's role may not see lore.
        """
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # the admin it is mixed into has it
            raise PermissionDenied
        form = LoreMatchForm(request.GET or None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext_lazy("Which lore comes up?"),
            "form": form,
        }
        if form.is_valid():
            persona: Persona = form.cleaned_data["persona"]
            lines = [line.strip() for line in form.cleaned_data["text"].splitlines() if line.strip()]
            book = lore_book(persona.pk, character=persona.name, language=persona.language)
            heard = lines[::-1][:LINES_MOST]
            found = match(book, heard, seed=str(persona.pk), counter=counter_of(persona))
            context |= {"used": [_told(hit) for hit in found.used], "left_out": [_told(hit) for hit in found.left_out]}
        return TemplateResponse(request, "admin/memory/lore/match.html", context)


def _told(hit: LoreHit) -> dict[str, Any]:
    label, tone = CAUSES[hit.cause]
    url = reverse("admin:memory_lore_change", args=(hit.entry.id,))
    return {"hit": hit, "label": label, "tone": tone.value, "url": url}
