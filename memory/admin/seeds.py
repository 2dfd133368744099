"""The page that loads a seed file: first what would happen, then, with the same file, that."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from memory.domain.seeds import FILE_LARGEST
from memory.seed_words import DID_WORDS, error_lines
from memory.services.seeds import Did, Seeded, load_seeds
from personas.models import Persona
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_marks import Tone, chip

NEEDED = ("memory.add_memory", "memory.change_memory", "memory.add_lore", "memory.change_lore")
SHOWN_MOST = 200
TONES = {
    Did.ADDED: Tone.GOOD, Did.CHANGED: Tone.NOTE, Did.UNCHANGED: Tone.PLAIN, Did.EDITED: Tone.CAUTION,
    Did.DELETED: Tone.CAUTION, Did.KNOWN: Tone.PLAIN,
}  # fmt: skip


class SeedForm(forms.Form):
    """Whose memories, and the file."""

    persona: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Character"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=gettext_lazy("File"), widget=UnfoldAdminFileFieldWidget, help_text=gettext_lazy("YAML or JSON.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["persona"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Persona.objects.order_by("name")

    def load(self, *, is_dry: bool) -> Seeded:
        """Load the file, or only see what would happen.

        Raises:
            InputInvalid: The character would remember too much.
        """
        found = self.cleaned_data
        return load_seeds(found["persona"], found["file"].read(FILE_LARGEST + 1), is_dry=is_dry)


class SeedPage:
    """Mixin of the memories' admin: adds the page."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, the page first."""
        own = [path("seeds/", self.admin_site.admin_view(self.seed_page), name="memory_memory_seeds")]
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return own + inherited

    def seed_page(self, request: HttpRequest) -> HttpResponse:
        """Show what a file would do, or load it.

        Raises:
            PermissionDenied: The user's role may not write memories and lore.
        """
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        form = SeedForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {}
        if form.is_valid():
            is_dry = "load" not in request.POST
            try:
                result = form.load(is_dry=is_dry)
            except InputInvalid as error:
                form.add_error("file", str(error))
            else:
                if not is_dry and not result.errors:
                    return self._loaded(request, result)
                context = _shown(result)
        context |= {**self.admin_site.each_context(request), "opts": self.opts, "form": form}
        context["title"] = _("Load a seed file")
        return TemplateResponse(request, "admin/memory/memory/seeds.html", context)

    def _loaded(self, request: HttpRequest, result: Seeded) -> HttpResponse:
        """Say what was done, and lead to where it is undone."""
        written = sum(one.did in {Did.ADDED, Did.CHANGED} for one in result.done)
        told = ngettext("%(count)d entry was loaded.", "%(count)d entries were loaded.", written) % {"count": written}
        left = sum(one.did in {Did.EDITED, Did.DELETED} for one in result.done)
        if left:
            told += " " + _("%(count)d are people's by now and were left alone.") % {"count": left}
        messages.success(request, told)
        if result.run_id is None:
            return HttpResponseRedirect(reverse("admin:memory_memory_changelist"))
        return HttpResponseRedirect(reverse("admin:memory_consolidationrun_change", args=(result.run_id,)))


def _shown(result: Seeded) -> dict[str, Any]:
    """Return what the page shows of a dry run, or of a file with mistakes."""
    told = [one for one in result.done if one.did is not Did.UNCHANGED]
    rows = [{"one": one, "chip": chip(DID_WORDS[one.did], TONES[one.did])} for one in told[:SHOWN_MOST]]
    return {
        "has_result": True,
        "rows": rows,
        "more": max(0, len(told) - SHOWN_MOST),
        "unchanged": len(result.done) - len(told),
        "mistakes": list(error_lines(result.errors))[:SHOWN_MOST],
    }
