"""Forms between a bulk action and its doing: what kind, which tags, which words."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from memory.models import MemoryKind
from vtcontrol.tenancy.admin_forms import LongText, WordsField

SHOWN_MOST = 20


class KindForm(forms.Form):
    """Asks for a kind."""

    kind = forms.ChoiceField(label=_("About"), choices=MemoryKind.choices, widget=UnfoldAdminSelectWidget)


class TagsForm(forms.Form):
    """Asks for tags."""

    add = WordsField(label=_("Add tags"), required=False, help_text=_("With commas between them."))
    remove = WordsField(label=_("Take tags away"), required=False, help_text=_("With commas between them."))


class MergeForm(forms.Form):
    """Asks for the words of the merged memory."""

    text = forms.CharField(label=_("One memory that says it all"), max_length=1000, widget=LongText)


class SplitForm(forms.Form):
    """Asks for the parts."""

    parts = forms.CharField(
        label=_("Parts"), max_length=4000, widget=LongText, help_text=_("One a line; each becomes a memory.")
    )

    def clean_parts(self) -> list[str]:
        """Return the parts."""
        return [line.strip() for line in self.cleaned_data["parts"].splitlines() if line.strip()]


def asked(request: HttpRequest, form_class: type[forms.Form], initial: dict[str, Any] | None = None) -> forms.Form:
    """Return the form: bound when it was sent, else as it is first shown."""
    return form_class(request.POST) if "apply" in request.POST else form_class(initial=initial or {})


def asking_page(model_admin: Any, request: HttpRequest, action: str, form: forms.Form, rows: Any) -> TemplateResponse:
    """Return the page that asks before a bulk action is done."""
    chosen = list(rows)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": model_admin.get_action(action)[2],
        "action": action,
        "form": form,
        "ids": [str(row.pk) for row in chosen],
        "shown": chosen[:SHOWN_MOST],
        "count": len(chosen),
    }
    return TemplateResponse(request, "admin/memory/memory/asking.html", context)
