"""Bulk actions on memories. Each is one run of the journal, with the way back in its message."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from memory.admin.asking import KindForm, MergeForm, TagsForm, asked, asking_page
from memory.models import ConsolidationRun, Memory
from memory.services import bulk
from memory.services.bulk import BULK_MOST
from vtcontrol.kernel.errors import InputInvalid


class BulkActions:
    """Mixin of the memories' admin."""

    def tell_runs(self, request: HttpRequest, runs: Iterable[ConsolidationRun]) -> None:
        """Say how much was done, with a link to where it is undone."""
        for run in runs:
            count = run.noticed + run.expired
            said = ngettext("%(count)d memory changed.", "%(count)d memories changed.", count) % {"count": count}
            url = reverse("admin:memory_consolidationrun_change", args=(run.pk,))
            link = format_html('{} <a class="vt-link" href="{}">{}</a>', said, url, _("Look at it or undo it"))
            self.message_user(request, link, messages.SUCCESS)  # type: ignore[attr-defined]  # the admin it is mixed into has it

    def delete_model(self, request: HttpRequest, obj: Memory) -> None:
        """Delete one."""
        self.tell_runs(request, bulk.delete_each([obj]))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Delete several."""
        self.tell_runs(request, bulk.delete_each(queryset[:BULK_MOST]))

    def _change(self, request: HttpRequest, queryset: QuerySet[Memory], note: str, **values: Any) -> None:
        self.tell_runs(request, bulk.change_each(queryset[:BULK_MOST], lambda row: values, note=note))

    @admin.action(description=gettext_lazy("Pin: always in the prompt"), permissions=["change"])
    def pin(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Pin several."""
        self._change(request, queryset, _("Pinned"), is_pinned=True)

    @admin.action(description=gettext_lazy("Unpin"), permissions=["change"])
    def unpin(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Unpin several."""
        self._change(request, queryset, _("Unpinned"), is_pinned=False)

    @admin.action(description=gettext_lazy("Lock: only people may change it"), permissions=["change"])
    def lock(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Lock several."""
        self._change(request, queryset, _("Locked"), is_locked=True)

    @admin.action(description=gettext_lazy("Unlock"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Unlock several."""
        self._change(request, queryset, _("Unlocked"), is_locked=False)

    @admin.action(description=gettext_lazy("End: not true any more"), permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """End several."""
        self.tell_runs(request, bulk.end_now(queryset[:BULK_MOST]))

    @admin.action(description=gettext_lazy("Approve"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Accept several that wait."""
        self.tell_runs(request, bulk.approve(queryset[:BULK_MOST]))

    @admin.action(description=gettext_lazy("Reject"), permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Memory]) -> None:
        """Refuse several."""
        self.tell_runs(request, bulk.reject(queryset[:BULK_MOST]))

    @admin.action(description=gettext_lazy("Change what they are about…"), permissions=["change"])
    def change_kind(self, request: HttpRequest, queryset: QuerySet[Memory]) -> HttpResponse | None:
        """Give several another kind."""
        form = asked(request, KindForm)
        if not form.is_valid():
            return asking_page(self, request, "change_kind", form, queryset[:BULK_MOST])
        self._change(request, queryset, _("Kind changed"), kind=form.cleaned_data["kind"])
        return None

    @admin.action(description=gettext_lazy("Change tags…"), permissions=["change"])
    def retag(self, request: HttpRequest, queryset: QuerySet[Memory]) -> HttpResponse | None:
        """Add and take away tags."""
        form = asked(request, TagsForm)
        if not form.is_valid():
            return asking_page(self, request, "retag", form, queryset[:BULK_MOST])
        runs = bulk.retag(queryset[:BULK_MOST], add=form.cleaned_data["add"], remove=form.cleaned_data["remove"])
        self.tell_runs(request, runs)
        return None

    @admin.action(description=gettext_lazy("Merge into one…"), permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Memory]) -> HttpResponse | None:
        """Make one of several."""
        rows = list(queryset.order_by("valid_from")[: bulk.PARTS_MOST])
        form = asked(request, MergeForm, {"text": " ".join(row.text for row in rows)[:1000]})
        if form.is_valid():
            try:
                bulk.merge(rows, form.cleaned_data["text"])
            except InputInvalid as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, _("They are one memory now."), messages.SUCCESS)  # type: ignore[attr-defined]  # as above
                return None
        return asking_page(self, request, "merge", form, rows)
