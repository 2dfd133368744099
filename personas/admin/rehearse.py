"""The way from a character, or a revision of it, to a rehearsal; the floor above has the page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from personas.models import Persona, Revision, RevisionState
from vtcontrol.tenancy.admin_actions import object_page

MAY_REHEARSE = "personas.change_persona"


class RehearseButton:
    """Mixin of the personas' admin: name "rehearse" among its `object_actions`."""

    @object_page(label=_("Rehearse"), icon="theater_comedy", permission=MAY_REHEARSE)
    def rehearse(self, request: HttpRequest, persona: Persona) -> HttpResponse:
        """Go to where a rehearsal is put together."""
        return _begin({"persona": str(persona.pk)})


class RehearseDraftButton:
    """Mixin of the revisions' admin: name "rehearse" among its `object_actions`."""

    @object_page(
        label=_("Rehearse this draft"), icon="theater_comedy", permission=MAY_REHEARSE,
        shown=lambda revision: revision.state == RevisionState.DRAFT,
    )  # fmt: skip
    def rehearse(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        """Go to where a rehearsal is put together; the draft is tried beside what is on air."""
        return _begin({"persona": str(revision.persona_id), "tried": str(revision.pk)})


def _begin(wanted: dict[str, str]) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:streams_rehearsalrun_begin')}?{urlencode(wanted)}")
