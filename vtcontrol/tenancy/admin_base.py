"""The base of every admin of a studio's rows. Owns what keeps studios apart in the admin, and the common manners.

Everything runs in the scope the middleware entered; without one, nothing is permitted. Rows of another studio look
exactly like rows that never existed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import flatten, unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminTextInputWidget

from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.tenancy.admin_actions import SHOWN_ERRORS, ObjectActions
from vtcontrol.tenancy.admin_forms import LongText, StudioForm
from vtcontrol.tenancy.admin_marks import readable
from vtcontrol.tenancy.admin_site import Place
from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.scope import current_studio_id

PROTECTED_SHOWN = 20


def is_looking_back(request: HttpRequest) -> bool:
    """Tell whether the page shows an old version."""
    return bool(getattr(request, "is_looking_back", False))


def is_in_scope() -> bool:
    """Tell whether a studio's scope is entered."""
    try:
        current_studio_id()
    except ScopeMissing:
        return False
    return True


def reader_of(field: "models.JSONField[Any, Any]") -> Callable[[Any], SafeString]:
    """Return the admin's function that shows a structured field for reading."""

    def shown(obj: Any) -> SafeString:
        return readable(getattr(obj, field.name))

    shown.short_description = field.verbose_name  # type: ignore[attr-defined]  # read by the admin
    return shown


class ScopedFields:
    """Mixin: what a foreign key offers are rows of the scope's studio."""

    formfield_overrides = {
        models.TextField: {"widget": LongText},
        models.URLField: {"widget": UnfoldAdminTextInputWidget({"type": "url"}), "assume_scheme": "https"},
    }

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field, its choices read through the scoped manager."""
        if issubclass(db_field.related_model, StudioOwned):
            kwargs.setdefault("queryset", db_field.related_model.objects.all())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # the admin has it


class StudioModelAdmin(ScopedFields, ObjectActions, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """An admin of rows that belong to a studio.

    Attributes:
        place: Where it stands in the sidebar, or None.
        object_actions: Names of methods that are buttons on an object's page.
        about: One sentence above the list: what this is. Shown larger while the list is empty.
        next_step: What to do while the list is empty.
    """

    form: Any = StudioForm
    place: Place | None = None
    list_display: Sequence[Any] = ("__str__",)
    list_filter: Sequence[Any] = ()
    list_select_related: bool | Sequence[str] = False
    fieldsets: Any = None
    about: Any = ""
    next_step: Any = ""
    list_before_template = "admin/list_about.html"
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    list_fullwidth = False
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        structured = [field for field in model._meta.fields if isinstance(field, models.JSONField)]
        self._readers = {field.name: reader_of(field) for field in structured}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user's role may see it; never without a scope."""
        return is_in_scope() and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Tell whether the user's role may add one; never without a scope."""
        return is_in_scope() and super().has_add_permission(request, *args)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user's role may change it; never without a scope."""
        return is_in_scope() and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user's role may delete it; never without a scope."""
        return is_in_scope() and super().has_delete_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the layout; who may not change the object gets structured values in a form for reading."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or (self.has_change_permission(request, obj) and not is_looking_back(request)):
            return fieldsets
        return [
            (title, {**options, "fields": [self._readers.get(name, name) for name in flatten(options["fields"])]})
            for title, options in fieldsets
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show or save the form; a refusal of a service becomes a message."""
        try:
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except SHOWN_ERRORS as error:
            messages.error(request, str(error))
        except IntegrityError:
            messages.error(request, _("Somebody saved the same at the same moment. Nothing was changed: try again."))
        else:
            return answer
        return HttpResponseRedirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask and delete; a refusal of a service becomes a message."""
        try:
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        except SHOWN_ERRORS as error:
            messages.error(request, str(error))
        else:
            return answer
        return HttpResponseRedirect(request.get_full_path())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add the object's buttons."""
        obj = kwargs.get("obj")
        context["object_buttons"] = self.buttons(request, obj) if obj is not None else []
        answer: HttpResponse = super().render_change_form(request, context, **kwargs)
        return answer

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show who changed the object and when.

        Raises:
            Http404: No such object in this studio.
        """
        self.require_object(request, object_id)
        answer: HttpResponse = super().history_view(request, object_id, extra_context)
        return answer

    def require_object(self, request: HttpRequest, object_id: str) -> Any:
        """Return an object the user may see.

        Raises:
            Http404: No such object in this studio.
            PermissionDenied: The user's role may not see it.
        """
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return obj

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Return what goes with `objs`: themselves by name, all that hangs on them by number."""
        chosen = list(objs)
        collector = Collector(using="default", origin=objs)
        try:
            collector.collect(chosen)
        except ProtectedError as error:
            return [], {}, set(), self._protected(error.protected_objects)
        except RestrictedError as error:
            return [], {}, set(), self._protected(error.restricted_objects)
        counts: dict[type[models.Model], int] = {model: len(rows) for model, rows in collector.data.items()}
        for fast in collector.fast_deletes:
            counts[fast.model] = counts.get(fast.model, 0) + fast.count()
        numbers = {capfirst(str(model._meta.verbose_name_plural)): count for model, count in counts.items() if count}
        return [str(obj) for obj in chosen], numbers, set(), []

    def _protected(self, rows: Any) -> list[str]:
        own = [row for row in rows if getattr(row, "studio_id", None) == current_studio_id()]
        return [f"{capfirst(str(row._meta.verbose_name))}: {row}" for row in own[:PROTECTED_SHOWN]] or [
            _("Something that is in use")
        ]

    def link_to(self, obj: Any, text: str = "") -> str:
        """Return a link to another object's page."""
        return format_html('<a class="vt-link" href="{}">{}</a>', self.address(obj), text or str(obj))


class ReadOnlyAdmin(StudioModelAdmin):
    """An admin of rows only the live loop writes: records to look at."""

    actions = None
    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nobody adds records by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes records."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes records one by one; retention and erasure do."""
        return False


class EndlessAdmin(ReadOnlyAdmin):
    """An admin of records that are never counted, because there are too many."""

    paginator = InfinitePaginator


class StudioTabularInline(ScopedFields, TabularInline):  # type: ignore[misc]  # unfold ships no types
    """A table of rows that hang on a studio's row."""

    form = StudioForm
    extra = 0
    tab = True


class StudioStackedInline(ScopedFields, StackedInline):  # type: ignore[misc]  # unfold ships no types
    """Forms of rows that hang on a studio's row."""

    form = StudioForm
    extra = 0
    tab = True
