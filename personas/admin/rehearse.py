"""The button that leads from a character, or a revision of it, to a rehearsal; the floor above has the page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from personas.models import Revision
from vtcontrol.tenancy.admin_actions import object_page


class RehearseButton:
    """Mixin of an admin of personas or revisions: name "rehearse" among its `object_actions`."""

    @object_page(label=_("Rehearse"), icon="theater_comedy", permission="personas.change_persona")
    def rehearse(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Go to where a rehearsal is put together."""
        wanted = {"persona": str(obj.pk)}
        if isinstance(obj, Revision):
            wanted = {"persona": str(obj.persona_id), "tried": str(obj.pk)}
        return HttpResponseRedirect(f"{reverse('admin:streams_rehearsalrun_begin')}?{urlencode(wanted)}")
