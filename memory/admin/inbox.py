"""Two pages beside the list of memories: the review inbox, one memory at a time, and "What would it recall?"."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from memory.models import Memory, MemoryEvidence, Review, Utterance
from memory.selectors import RecalledMemory, recall
from memory.services import bulk, save_memory
from personas.models import Persona
from vtcontrol.kernel.errors import InputInvalid

EVIDENCE_SHOWN = 8
RECALLED_MOST = 10


def waiting_for_review() -> Any:
    """Return the memories that wait for people, oldest first."""
    return Memory.objects.filter(review=Review.DOUBTFUL).select_related("persona").order_by("valid_from", "pk")


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a score."""

    label: Any
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Recollection:
    """A memory that would be recalled, and why."""

    memory: RecalledMemory
    url: str
    score: str
    bars: tuple[Bar, ...]


PARTS = {
    "lexical": gettext_lazy("Words"),
    "semantic": gettext_lazy("Meaning"),
    "neighbour": gettext_lazy("Said beside it"),
    "importance": gettext_lazy("Importance"),
    "recency": gettext_lazy("Freshness"),
    "confidence": gettext_lazy("Certainty"),
}


class RecallForm(forms.Form):
    """What is said, to whom, by whom."""

    persona: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Persona"), widget=UnfoldAdminSelectWidget)
    viewer = forms.UUIDField(
        label=gettext_lazy("Viewer's id"), required=False, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Empty: somebody the character knows nothing about."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What is said"), max_length=500,
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["persona"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Persona.objects.order_by("name")


class InboxPages:
    """Mixin of the memories' admin: adds the two pages."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, the two pages first."""
        own = [
            path("review/", self.admin_site.admin_view(self.review_page), name="memory_memory_review"),
            path("recall/", self.admin_site.admin_view(self.recall_page), name="memory_memory_recall"),
        ]
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return own + inherited

    def _page(self, request: HttpRequest, name: str, title: str, **context: Any) -> TemplateResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/memory/memory/{name}.html", {**base, **context})

    def review_page(self, request: HttpRequest) -> HttpResponse:
        """Show the next memory that waits, and take the verdict on it."""
        may_change: bool = self.has_change_permission(request)  # type: ignore[attr-defined]  # as above
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # as above
            raise PermissionDenied
        skipped = [one for one in request.GET.getlist("skip")[-50:] if _is_id(one)]
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            self._verdict(request)
            return HttpResponseRedirect(request.get_full_path())
        rows = waiting_for_review()
        memory = rows.exclude(pk__in=skipped).first()
        context: dict[str, Any] = {"memory": memory, "waiting": rows.count(), "may_change": may_change}
        if memory is not None:
            context |= {"evidence": evidence_of(memory), "against": _contradicted(memory)}
            context["skip"] = "&".join(f"skip={one}" for one in [*skipped, str(memory.pk)])
        return self._page(request, "review", _("Review"), **context)

    def _verdict(self, request: HttpRequest) -> None:
        """Carry out what was pressed; a memory somebody else decided about meanwhile is left alone."""
        wanted = request.POST.get("memory", "")
        memory = waiting_for_review().filter(pk=wanted).first() if _is_id(wanted) else None
        if memory is None:
            self.message_user(request, _("Somebody else decided about it already."), messages.INFO)  # type: ignore[attr-defined]  # as above
            return
        text = request.POST.get("text", "").strip()[:1000]
        if request.POST.get("verdict") == "reject":
            bulk.reject([memory])
            return
        if text and text != memory.text:
            memory.text = text
            try:
                save_memory(memory)
            except InputInvalid as error:
                self.message_user(request, str(error), messages.ERROR)  # type: ignore[attr-defined]  # as above
                return
        bulk.approve([memory])

    def recall_page(self, request: HttpRequest) -> HttpResponse:
        """Show what a persona would recall, and why."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # as above
            raise PermissionDenied
        form = RecallForm(request.GET or None)
        found: tuple[Recollection, ...] | None = None
        if form.is_valid():
            persona: Persona = form.cleaned_data["persona"]
            viewer_id, text = form.cleaned_data["viewer"], form.cleaned_data["text"]
            now = timezone.now()
            recalled = recall(persona.pk, persona.memory_version, text, viewer_id, now=now, limit=RECALLED_MOST)
            found = tuple(_recollection(one) for one in recalled)
        return self._page(request, "recall", _("What would it recall?"), form=form, found=found)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def evidence_of(memory: Memory) -> list[Utterance]:
    """Return what was said that a memory rests on, as far as it is still kept."""
    ids = MemoryEvidence.objects.filter(memory=memory).values_list("utterance_id", flat=True)
    return list(Utterance.objects.filter(pk__in=list(ids)[:EVIDENCE_SHOWN]).order_by("said_at"))


def _contradicted(memory: Memory) -> list[Memory]:
    if not memory.slot:
        return []
    rows = Memory.objects.filter(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, slot=memory.slot, valid_to=None
    )
    return list(rows.filter(review=Review.ACCEPTED)[:3])


def _recollection(one: RecalledMemory) -> Recollection:
    most = max(one.score, 0.001)
    bars = tuple(
        Bar(PARTS[name], f"{value:.2f}", round(value / most, 3)) for name, value in one.explain.parts.items() if value
    )
    return Recollection(one, reverse("admin:memory_memory_change", args=(one.id,)), f"{one.score:.2f}", bars)
