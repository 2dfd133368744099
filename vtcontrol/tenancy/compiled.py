"""Queries and inserts compiled once: what the live loop does many times a second, without building the same SQL anew.

A `CompiledQuery` is an ordinary scoped query set (or update), built once with stand-ins for its values. Each run puts
the real values in their places, the studio's among them: without a scope it raises, like any other query.
"""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

from vtcontrol.kernel.errors import ScopeCrossed
from vtcontrol.tenancy.owned import StudioOwned, claim
from vtcontrol.tenancy.scope import current_studio_id, scoped_studio_id, studio_scope

_STUDIO = UUID(int=0xFEED_0000_0000_4000_8000_0000_0000_0000)
_FIRST_MOMENT = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
_FIRST_NUMBER = 7_000_000_001


def _stand_in(kind: type, place: int) -> Any:
    """Return a value of `kind` that no real value equals."""
    if kind is UUID:
        return UUID(int=_STUDIO.int + place + 1)
    if kind is dt.datetime:
        return _FIRST_MOMENT + dt.timedelta(days=place)
    if kind in {int, float}:
        return kind(_FIRST_NUMBER + place)
    return f"\ufdd0{place}"


def _stored(value: Any) -> Any:
    """Return `value` as the database driver takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _cursor() -> Any:
    """Return a cursor; PostgreSQL's binds on the server, so that a statement run often is parsed and planned once.

    Django's own cursors bind on the client, where psycopg prepares nothing.
    """
    backend: Any = connection
    if backend.vendor != "postgresql":
        return backend.cursor()
    from django.db.backends.postgresql import base

    cursor: Any = base.ServerBindingCursor
    backend.ensure_connection()
    return backend._prepare_cursor(cursor(backend.connection))


class CompiledQuery:
    """A query set or an update, compiled at its first run.

    Args:
        build: Makes the query set from named values; called once, with stand-ins.
        change: For an update: makes the new field values from the same names.
        returning: For an update: columns to return of each changed row.
        kinds: Type of each value by name: UUID, datetime, int, float or str. A name ending in `_list` takes a list of
            UUIDs.
    """

    LIST_LENGTH = 24
    IS_SWEEP = False

    def __init__(
        self,
        build: Callable[..., "QuerySet[Any, Any]"],
        *,
        change: Callable[..., dict[str, Any]] | None = None,
        returning: Sequence[str] = (),
        **kinds: type,
    ) -> None:
        self._build = build
        self._change = change
        self._returning = returning
        self._kinds = kinds
        self._lock = threading.Lock()
        self._sql = ""
        self._parts: list[tuple[str, Any]] = []
        self._compiler: Any = None
        self._converters: Any = None

    def rows(self, **values: Any) -> list[Sequence[Any]]:
        """Run it and return the rows (of an update: the returned columns)."""
        with _cursor() as cursor:
            cursor.execute(*self._filled(values))
            found = cursor.fetchall()
        if self._converters:
            return list(self._compiler.apply_converters(found, self._converters))
        return list(found)

    def objects(self, **values: Any) -> list[Any]:
        """Run it and return the model's objects, with those of `select_related`, as the query set would."""
        rows, kind = self.rows(**values), self._compiler.klass_info
        places = kind["select_fields"]
        start, end = places[0], places[-1] + 1
        names = [column[0].target.attname for column in self._compiler.select[start:end]]
        related = get_related_populators(kind, self._compiler.select, connection.alias)  # type: ignore[call-arg]  # the stubs are of Django 6
        found = []
        for row in rows:
            one = kind["model"].from_db(connection.alias, names, row[start:end])
            for populator in related:
                populator.populate(row, one)
            found.append(one)
        return found

    def count(self, **values: Any) -> int:
        """Run an update and return how many rows it changed."""
        with _cursor() as cursor:
            cursor.execute(*self._filled(values))
            return int(cursor.rowcount)

    def _filled(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        spread = {} if self.IS_SWEEP else {"studio": _stored(current_studio_id())}
        if not self._sql:
            with self._lock, nullcontext() if self.IS_SWEEP else studio_scope(_STUDIO):
                self._compile()
        for name, value in values.items():
            if name.endswith("_list"):
                if not 0 < len(value) <= self.LIST_LENGTH:
                    raise ValueError(f"{name} takes 1 to {self.LIST_LENGTH} values, not {len(value)}.")
                padded = (list(value) * self.LIST_LENGTH)[: self.LIST_LENGTH]
                spread |= {f"{name}.{place}": _stored(one) for place, one in enumerate(padded)}
            else:
                spread[name] = _stored(value)
        return self._sql, [spread[name] if name else constant for name, constant in self._parts]

    def _compile(self) -> None:
        if self._sql:
            return
        given, names = self._stand_ins()
        rows = self._build(**given)
        query = rows.query
        if self._change is not None:
            query = query.chain(UpdateQuery)
            query.add_update_values(self._change(**given))  # type: ignore[attr-defined]  # chain() returns the wanted class
        compiler = query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql()
        if self._returning:
            sql += " RETURNING " + ", ".join(connection.ops.quote_name(column) for column in self._returning)
        self._parts = [(names.get(one, ""), one) for one in parameters]
        missing = set(names.values()) - {name for name, _ in self._parts}
        if missing:
            raise LookupError(f"These values have no place in the compiled query: {', '.join(sorted(missing))}.")
        if self._change is None:
            self._compiler = compiler
            self._converters = compiler.get_converters([column[0] for column in compiler.select])
        self._sql = sql

    def _stand_ins(self) -> tuple[dict[str, Any], dict[Any, str]]:
        """Return the stand-ins by name, and the name of each by its stored form."""
        given: dict[str, Any] = {}
        names: dict[Any, str] = {} if self.IS_SWEEP else {_stored(_STUDIO): "studio"}
        for place, (name, kind) in enumerate(self._kinds.items()):
            if name.endswith("_list"):
                given[name] = [_stand_in(UUID, 1000 * (place + 1) + one) for one in range(self.LIST_LENGTH)]
                names |= {_stored(one): f"{name}.{number}" for number, one in enumerate(given[name])}
            else:
                given[name] = _stand_in(kind, place)
                names[_stored(given[name])] = name
        return given, names


def first(found: Sequence[Any]) -> Any:
    """Return the first of what was found, or None."""
    return found[0] if found else None


class CompiledSweep(CompiledQuery):
    """A compiled query over every studio, for the few tasks that sweep; it runs in an unscoped block only.

    Raises:
        ScopeCrossed: It is run in the scope of one studio.
    """

    IS_SWEEP = True

    def _filled(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        if scoped_studio_id() is not None:
            raise ScopeCrossed("A sweep runs over every studio.")
        return super()._filled(values)


class CompiledInsert:
    """The insert of one row of a model, compiled at its first run. Rows are claimed like any other.

    Args:
        model: The rows' model.
        meets: Fields of a unique constraint, the studio among them; a row that meets another there is added to it.
        adds: The number that is added up then.

    Raises:
        ValueError: Rows could meet over the border of a studio.
    """

    def __init__(self, model: type[StudioOwned], *, meets: Sequence[str] = (), adds: str = "") -> None:
        if meets and "studio" not in meets:
            raise ValueError("Rows meet within a studio only.")
        self._model = model
        self._meets = meets
        self._adds = adds
        self._fields = model._meta.concrete_fields
        self._sql = ""

    def add(self, *rows: StudioOwned) -> None:
        """Insert rows, one statement each.

        Raises:
            ScopeMissing: No scope is entered.
            ScopeCrossed: A row is another studio's.
        """
        for row in rows:
            claim(row)
        with _cursor() as cursor:
            for row in rows:
                values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in self._fields]
                cursor.execute(self._sql or self._compile(row), values)
                row._state.adding, row._state.db = False, connection.alias

    def _compile(self, row: StudioOwned) -> str:
        query = InsertQuery(self._model)
        query.insert_values(self._fields, [row])
        [(sql, _values)] = query.get_compiler(connection=connection).as_sql()
        if self._meets:
            quote = connection.ops.quote_name
            columns = {field.name: quote(str(field.column)) for field in self._fields}
            where, added = ", ".join(columns[name] for name in self._meets), columns[self._adds]
            table = quote(self._model._meta.db_table)
            sql += f" ON CONFLICT ({where}) DO UPDATE SET {added} = {table}.{added} + EXCLUDED.{added}"
        self._sql = str(sql)
        return self._sql
