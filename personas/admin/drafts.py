"""Drafts in the form of a persona: the same form, filled from a draft, saved as one.

A draft is saved by saving the form for real in a transaction that is then taken back: what the form takes is what a
draft may hold, and there is no second form. Owns that, and nothing that is published.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.forms import PaginationInlineFormSet

from personas.models import UNPUBLISHED, Emotion, Persona, Reaction, Revision
from personas.selectors import Character, character_from, content_of
from personas.selectors.revisions import is_outdated, on_air_of
from personas.services.contents import write_parts
from personas.services.revisions import publish, save_draft
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound

AS_DRAFT = "_draft"
"""Name of the button that saves aside."""


class ContentTaken(Exception):
    """The form was saved; its transaction is to be taken back."""

    def __init__(self, content: dict[str, Any], note: str) -> None:
        super().__init__()
        self.content = content
        self.note = note


class DraftPartsFormSet(PaginationInlineFormSet):  # type: ignore[misc]  # unfold ships no types
    """Feelings or reactions: the rows of the persona, or those of the draft the page shows."""

    def get_queryset(self) -> Any:
        """Return the rows to show."""
        character: Character | None = getattr(self.instance, "shown_draft", None)
        if character is None:
            return super().get_queryset()
        parts = {Emotion: character.emotions, Reaction: character.reactions}
        return parts[self.model]


class DraftsAdmin:
    """Mixin of the personas' admin: `?draft=<id>` fills the form from a draft, a button saves as one."""

    opts: Any
    admin_site: Any

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show or save the form, of the persona or of a draft."""
        draft = self._draft(request, object_id)
        request.shown_draft = draft  # type: ignore[attr-defined]  # read by get_object and response_change
        context = {**(extra_context or {}), **self._draft_context(draft)}
        inner = super().changeform_view  # type: ignore[misc]  # the admin it is mixed into has it
        if request.method != "POST" or object_id is None or (draft is None and AS_DRAFT not in request.POST):
            answer: HttpResponse = inner(request, object_id, form_url, context)
            return answer
        persona = self.require_object(request, object_id)  # type: ignore[attr-defined]  # the admin has it
        if not self.has_change_permission(request, persona):  # type: ignore[attr-defined]  # as above
            raise PermissionDenied
        request.saves_aside = True  # type: ignore[attr-defined]  # read by response_change and save_related
        try:
            with transaction.atomic():
                if draft is not None:
                    write_parts(persona, character_from(persona, draft.content, draft.pk))
                answer = inner(request, object_id, form_url, context)
                answer = answer.render() if hasattr(answer, "render") else answer
                transaction.set_rollback(True)
                return answer
        except ContentTaken as taken:
            return self._keep(request, persona, draft, taken)

    def _draft(self, request: HttpRequest, object_id: str | None) -> Revision | None:
        """Return the draft the address names.

        Raises:
            Http404: The persona has no such draft.
        """
        wanted = request.GET.get("draft", "")
        if not wanted or object_id is None:
            return None
        try:
            found = Revision.objects.filter(
                pk=UUID(wanted), persona=UUID(unquote(object_id)), state__in=UNPUBLISHED
            ).select_related("base", "persona")
        except ValueError:
            raise Http404 from None
        draft: Revision | None = found.first()
        if draft is None:
            raise Http404
        return draft

    def _draft_context(self, draft: Revision | None) -> dict[str, Any]:
        if draft is None:
            return {}
        on_air = on_air_of(draft.persona)
        return {
            "draft": draft,
            "draft_url": revision_url(draft),
            "draft_outdated_by": on_air if on_air and is_outdated(draft, on_air.pk) else None,
            "title": _("%(revision)s of %(name)s, a draft") % {"revision": draft, "name": draft.persona.name},
            "show_delete": False,
            "show_save_and_continue": False,
        }

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the persona; on a draft's page, as the draft has it."""
        persona = super().get_object(request, object_id, from_field)  # type: ignore[misc]  # as above
        draft = getattr(request, "shown_draft", None)
        if persona is None or draft is None or request.method == "POST":
            return persona
        character = character_from(persona, draft.content, draft.pk)
        if character.gone:
            messages.warning(request, _("Its brain, voice or avatar is no more: the one on air stands in."))
        shown = character.persona
        shown.shown_draft = character  # type: ignore[attr-defined]  # read by DraftPartsFormSet
        shown.shown_note = draft.note  # type: ignore[attr-defined]  # read by PersonaForm
        return shown

    def response_change(self, request: HttpRequest, obj: Persona) -> HttpResponse:
        """Answer a save; one aside is taken out of its transaction instead."""
        if getattr(request, "saves_aside", False):
            raise ContentTaken(content_of(Persona.objects.get(pk=obj.pk)), request.POST.get("revision_note", ""))
        answer: HttpResponse = super().response_change(request, obj)  # type: ignore[misc]  # as above
        return answer

    def _keep(
        self, request: HttpRequest, persona: Persona, draft: Revision | None, taken: ContentTaken
    ) -> HttpResponse:
        """Keep what the form took as a draft; publish it when that was the button."""
        try:
            kept = save_draft(persona, taken.content, by=request.user, note=taken.note.strip(), draft=draft)
        except (Conflict, NotFound) as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(self.address(persona))  # type: ignore[attr-defined]  # the admin has it
        if AS_DRAFT not in request.POST:
            try:
                publish(kept, by=request.user)
            except (Conflict, InputInvalid) as refusal:
                messages.warning(request, _("The draft is saved. %(why)s") % {"why": refusal})
                return HttpResponseRedirect(revision_url(kept, "publish"))
            messages.success(request, _("%(revision)s is on air from the next line.") % {"revision": kept})
            return HttpResponseRedirect(self.address(persona))  # type: ignore[attr-defined]  # as above
        messages.success(request, _("%(revision)s is saved as a draft; nothing on air changed.") % {"revision": kept})
        return HttpResponseRedirect(revision_url(kept))


def revision_url(revision: Revision, page: str = "change") -> str:
    """Return the address of one of a revision's pages."""
    return reverse(f"admin:personas_revision_{page}", args=(quote(revision.pk),))


def list_url(persona_id: UUID) -> str:
    """Return the address of a persona's drafts and revisions."""
    return f"{reverse('admin:personas_revision_changelist')}?persona__id__exact={persona_id}"


def draft_form_url(revision: Revision) -> str:
    """Return the address of the form that edits a draft."""
    persona = reverse("admin:personas_persona_change", args=(quote(revision.persona_id),))
    return f"{persona}?draft={revision.pk}"
