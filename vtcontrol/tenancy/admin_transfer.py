"""Import and export in the admin: files in and out, within limits, never across studios.

Owns the file formats, the limits and the upload's stay between dry run and confirmation. A resource never shows or
takes the studio of a row: it is the scope's. Rows are found by what they are (a name, a text), never by id.
"""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import tablib  # type: ignore[import-untyped]  # tablib ships no types
import yaml
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.formats import base_formats
from import_export.resources import Diff, ModelResource
from import_export.tmp_storages import CacheStorage
from import_export.widgets import Widget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from vtcontrol.tenancy.scope import current_studio_id

FILE_LARGEST = 2 * 1024 * 1024  # bytes
ROWS_MOST = 2000
CELL_LONGEST = 20_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULA_GUARD = "'"


class FileUnusable(ValueError):
    """The file does not hold a plain table."""


class _PlainLoader(yaml.SafeLoader):
    """A YAML loader without aliases: a small file cannot unfold into a huge one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise FileUnusable(_("YAML aliases are not read here."))
        return super().compose_node(parent, index)


def _cell(value: Any) -> Any:
    """Return a cell's value as text, or as a list of texts."""
    if isinstance(value, list):
        return [str(_cell(one)) for one in value if not isinstance(one, list)]
    if isinstance(value, dict):
        raise FileUnusable(_("An entry holds another table inside; only plain values are read."))
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    text = "" if value is None else str(value)
    if "\x00" in text or len(text) > CELL_LONGEST:
        raise FileUnusable(_("A value is too long, or is no text."))
    return text


def _check_size(count: int) -> None:
    if count > ROWS_MOST:
        raise FileUnusable(_("At most %(count)d entries a file.") % {"count": ROWS_MOST})


def _table(rows: Any) -> tablib.Dataset:
    """Return rows, a list of flat mappings, as a table."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileUnusable(_("The file holds no list of entries."))
    _check_size(len(rows))
    headers = list(dict.fromkeys(str(key) for row in rows for key in row))
    table = tablib.Dataset(headers=headers)
    for row in rows:
        table.append([_cell(row.get(header)) for header in headers])
    return table


class SafeCSV(base_formats.CSV):  # type: ignore[misc]  # import_export ships no types
    """CSV whose cells no spreadsheet takes for formulas."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> Any:
        """Return the file, dangerous beginnings guarded by an apostrophe."""
        guarded = tablib.Dataset(headers=dataset.headers)
        for row in dataset:
            guarded.append([self._guard(cell) for cell in row])
        return super().export_data(guarded, **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        """Return the table of a file, guards taken off."""
        raw = super().create_dataset(in_stream, **kwargs)
        _check_size(len(raw))
        table = tablib.Dataset(headers=raw.headers)
        for row in raw:
            table.append([_cell(self._unguard(cell)) for cell in row])
        return table

    @staticmethod
    def _guard(cell: Any) -> str:
        text = "" if cell is None else str(cell)
        return FORMULA_GUARD + text if text.startswith(FORMULA_STARTS) else text

    @staticmethod
    def _unguard(cell: str) -> str:
        is_guarded = cell.startswith(FORMULA_GUARD) and cell[1:].startswith(FORMULA_STARTS)
        return cell[1:] if is_guarded else cell


class PlainJSON(base_formats.JSON):  # type: ignore[misc]  # import_export ships no types
    """A JSON list of flat objects."""

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        """Return the table of a file."""
        text = in_stream.decode(self.encoding or "utf-8") if isinstance(in_stream, bytes) else in_stream
        return _table(json.loads(text))


class PlainYAML(base_formats.YAML):  # type: ignore[misc]  # import_export ships no types
    """A YAML list of flat mappings."""

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        """Return the table of a file."""
        text = in_stream.decode(self.encoding or "utf-8") if isinstance(in_stream, bytes) else in_stream
        return _table(yaml.load(text, Loader=_PlainLoader))  # noqa: S506 - a safe loader, narrowed further


class UploadGone(Exception):
    """The uploaded file waits no longer."""


class StudioUpload(CacheStorage):  # type: ignore[misc]  # import_export ships no types
    """Keeps an upload between dry run and confirmation: for one studio and one kind of row, for an hour."""

    CACHE_LIFETIME = 3600

    def __init__(self, *, owner: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.CACHE_PREFIX = f"import:{owner}:"

    def read(self) -> Any:
        """Return the file.

        Raises:
            UploadGone: It was never here, or its hour is over.
        """
        data = super().read()
        if data is None:
            raise UploadGone
        return data


class WordsWidget(Widget):  # type: ignore[misc]  # import_export ships no types
    """A list of words in one cell, with commas between them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        """Return the words."""
        parts = value if isinstance(value, list) else str(value or "").split(",")
        return list(dict.fromkeys(word for part in parts if (word := str(part).strip())))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the cell."""
        return ", ".join(str(word) for word in value or [])


class PlainDiff(Diff):  # type: ignore[misc]  # import_export ships no types
    """What an import changes, as marks without styles of their own."""

    def as_html(self) -> list[str]:
        """Return one cell a field."""
        cells: list[str] = []
        for before, after in zip(self.left, self.right, strict=True):
            if before == after or self.new:
                cells.append(conditional_escape(after))
            else:
                cells.append(format_html("<del>{}</del> <ins>{}</ins>", before, after))
        return cells


class StudioResource(ModelResource):  # type: ignore[misc]  # import_export ships no types
    """Rows of the scope's studio, to and from files. `Meta.fields` names the columns; the studio is never one."""

    needed: tuple[str, ...] = ()

    @classmethod
    def get_diff_class(cls) -> type[PlainDiff]:
        """Return how changes are shown."""
        return PlainDiff

    def init_instance(self, row: Any = None) -> Any:
        """Return a new row of the scope's studio."""
        return self._meta.model(studio_id=current_studio_id())

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """Return the row that is already there, or None."""
        return self.find(row)

    def find(self, row: dict[str, Any]) -> Any:
        """Return the stored row that `row` describes, or None."""
        return None

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Refuse files that lack a column nothing goes without.

        Raises:
            ValidationError: Which it lacks.
        """
        missing = [name for name in self.needed if name not in (dataset.headers or [])]
        if missing:
            raise ValidationError(_("The file lacks: %(names)s.") % {"names": ", ".join(missing)})

    def do_instance_save(self, instance: Any, is_create: bool) -> None:  # noqa: FBT001 - import_export's hook
        """Save through the app's service."""
        self.save_row(instance)

    def save_row(self, instance: Any) -> None:
        """Save one row."""
        instance.save()


class LimitedImportForm(ImportForm):  # type: ignore[misc]  # unfold ships no types
    """The upload form, with a limit."""

    def clean_import_file(self) -> Any:
        """Refuse large files.

        Raises:
            ValidationError: It is too large.
        """
        file = self.cleaned_data["import_file"]
        if file.size > FILE_LARGEST:
            raise ValidationError(_("At most %(size)d MB.") % {"size": FILE_LARGEST // 1024**2})
        return file


class TransferMixin(ImportExportMixin):  # type: ignore[misc]  # import_export ships no types
    """Mixin of an admin whose rows come and go as files. Stands before the admin's own class."""

    formats = [SafeCSV, PlainJSON, PlainYAML]
    import_form_class = LimitedImportForm
    export_form_class = ExportForm
    tmp_storage_class = StudioUpload
    import_error_display = ("message",)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may add and change rows."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may take everything home: who may change it, may."""
        return bool(self.has_change_permission(request))

    def get_valid_export_item_pks(self, request: HttpRequest) -> list[Any]:
        """Return nothing: what is exported is the list as filtered, never single rows named by id."""
        return []

    def get_tmp_storage_class_kwargs(self) -> dict[str, Any]:
        """Return where the upload belongs."""
        return {"owner": f"{current_studio_id()}:{self.model._meta.label_lower}"}

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        """Say why a file cannot be read."""
        if isinstance(e, FileUnusable):
            form.add_error("import_file", str(e))
        else:
            form.add_error("import_file", _("The file cannot be read. Is it really of the chosen format?"))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Carry out what was shown."""
        try:
            answer: HttpResponse = super().process_import(request, **kwargs)
        except (UploadGone, ValueError, IndexError):
            messages.error(request, _("The uploaded file is no longer here. Upload it again; nothing was changed."))
        else:
            return answer
        opts = self.model._meta
        return HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_import"))


def uuid_or_none(value: Any) -> UUID | None:
    """Return an id from a cell, or None for an empty one.

    Raises:
        ValidationError: It is no id.
    """
    text = str(value or "").strip()
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError(_("“%(text)s” is no id.") % {"text": text[:60]}) from None
