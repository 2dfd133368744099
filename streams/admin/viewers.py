"""Viewers together with what is remembered of them: merging, private pages, export and erasure of one person."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relationships.admin.viewers import MANAGERS, ViewerAdmin
from relationships.models import (
    Deed,
    Identity,
    PrivacyRequest,
    RequestKind,
    RequestOrigin,
    RequestState,
    Viewer,
    ViewerMerge,
)
from relationships.services.audit import note
from relationships.services.linking import issue_code
from relationships.services.merging import preview
from streams.services.commands import ask_to_erase
from streams.services.disclosure import everything_about, make_page
from streams.services.people import merge_viewers, unmerge_viewers
from streams.services.viewers import ignore_viewers, pass_over_viewer
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.addresses import public_address
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.admin_site import site


class OtherViewerForm(forms.Form):
    """Picks the other card of the same person."""

    other: Any = forms.ModelChoiceField(queryset=None, label=_("the other card"))

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        field.queryset = Viewer.objects.filter(merged_into=None).exclude(pk=viewer.pk)  # type: ignore[attr-defined]  # it is a choice of rows
        field.widget = AutocompleteSelect(Identity._meta.get_field("viewer"), site)
        field.widget.choices = field.choices  # type: ignore[attr-defined]  # as above


@admin.register(Viewer, site=site)
class PersonAdmin(ViewerAdmin):
    """People in the audience, with all that may be done about them."""

    object_actions = (
        "merge", "undo_merge", "private_page", "linking_code", "export_person", "erase_person",
    )  # fmt: skip

    actions = ("add_tag", "ignore", "listen")

    @admin.action(description=_("Ignore: never answer"), permissions=["change"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> None:
        """Ignore several; what waits of theirs is passed over."""
        viewers = list(queryset)
        ignore_viewers([viewer.pk for viewer in viewers])
        self.log_fields(request, viewers, "is_ignored")

    def save_model(self, request: HttpRequest, obj: Viewer, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save; what waits of somebody who is answered no more is passed over."""
        super().save_model(request, obj, form, change)
        if {"is_ignored", "ignored_until"} & set(form.changed_data) and obj.is_muted_at(timezone.now()):
            pass_over_viewer(obj.pk)

    @object_page(label=_("Merge with another card"), icon="merge", permission="change")
    def merge(self, request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
        """Show what joining two cards gives, then join them."""
        form = OtherViewerForm(viewer, request.POST or request.GET or None)
        other = form.cleaned_data["other"] if form.is_bound and form.is_valid() else None
        if request.method == "POST" and other is not None:
            merge_viewers(viewer, other, user=request.user)
            note(request.user, Deed.MERGED, viewer.pk)
            self.message_user(request, _("Both cards are one person now. It can be undone on this page."))
            return None
        context = self._page(request, viewer, _("Merge two cards of one person"))
        context |= {"form": form, "other": other, "preview": preview(viewer, other) if other else None}
        context["media"] = self.media + form.media
        return TemplateResponse(request, "admin/relationships/viewer/merge.html", context)

    @object_action(
        label=_("Undo the last merge"),
        icon="call_split",
        shown=lambda viewer: _last_merge(viewer) is not None,
        confirm=_("Accounts, memories and the ledger go back to the other card. Undo the merge?"),
    )
    def undo_merge(self, request: HttpRequest, viewer: Viewer) -> None:
        """Part what was joined last."""
        done = _last_merge(viewer)
        if done is None:
            raise InputInvalid(str(_("There is no merge to undo.")))
        unmerge_viewers(done)
        note(request.user, Deed.SPLIT, viewer.pk)
        self.message_user(request, _("They are two cards again."))

    @object_action(label=_("Private page"), icon="lock_person")
    def private_page(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        """Make a page that shows the person, once, what is stored about them."""
        secret = make_page(viewer)
        url = public_address(request, f"{reverse('about-me')}#{secret}")
        words = _("Send this link to the person in private. It works once, within half an hour.")
        return self._shown_once(request, viewer, _("Private page"), url, words)

    @object_action(label=_("Linking code"), icon="link", shown=lambda viewer: viewer.identities.exists())
    def linking_code(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        """Make a code the person types on another platform."""
        identity = viewer.identities.order_by("-updated_at").first()
        if identity is None:
            raise InputInvalid(str(_("This person has no account yet.")))
        words = _("Give it to the person in private. Typed as “!link code” in another platform's chat within fifteen "
                  "minutes, it makes both accounts one person.")  # fmt: skip
        return self._shown_once(request, viewer, _("Linking code"), issue_code(identity), words)

    @object_action(label=_("Export this person"), icon="download", permission=MANAGERS)
    def export_person(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        """Hand out everything that is stored about the person, as a file."""
        note(request.user, Deed.EXPORTED, viewer.pk)
        PrivacyRequest(
            kind=RequestKind.EXPORT, origin=RequestOrigin.TEAM, user_id=request.user.pk,
            state=RequestState.DONE,
            finished_at=timezone.now(),
        ).save()  # fmt: skip
        text = json.dumps(everything_about(viewer), ensure_ascii=False, indent=2)
        answer = HttpResponse(text, content_type="application/json; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="person-{viewer.pk}.json"'
        answer["Cache-Control"] = "no-store"
        return answer

    @object_page(label=_("Erase this person"), icon="person_remove", permission=MANAGERS)
    def erase_person(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        """Ask for the name, then erase the person everywhere."""
        if request.method == "POST":
            if " ".join(request.POST.get("name", "").split()).casefold() == " ".join(viewer.name.split()).casefold():
                asked = ask_to_erase(viewer, RequestOrigin.TEAM, request.user)
                return HttpResponseRedirect(reverse("admin:relationships_privacyrequest_change", args=(asked.pk,)))
            messages.error(request, _("The name is not the same. Nothing was erased."))
        context = self._page(request, viewer, _("Erase this person"))
        return TemplateResponse(request, "admin/relationships/viewer/erase.html", context)

    def _page(self, request: HttpRequest, viewer: Viewer, title: Any) -> dict[str, Any]:
        context = self.admin_site.each_context(request)
        return {**context, "title": title, "opts": self.opts, "original": viewer, "back": self.address(viewer)}

    def _shown_once(self, request: HttpRequest, viewer: Viewer, title: Any, secret: str, words: Any) -> HttpResponse:
        context = self._page(request, viewer, title) | {"secret": secret, "words": words}
        answer = TemplateResponse(request, "admin/relationships/viewer/once.html", context)
        answer["Cache-Control"] = "no-store"
        return answer


def _last_merge(viewer: Viewer) -> ViewerMerge | None:
    found: ViewerMerge | None = (
        ViewerMerge.objects.filter(kept=viewer, undone_at=None).select_related("kept", "absorbed").first()
    )
    return found
