"""Making sure that what was erased is not left in the files of the database either.

Owns the statements. It must not read or change any row: it rewrites whole files or tables, without looking into them.
SQLite overwrites deleted cells as it goes (`secure_delete`); what moving cells about leaves behind goes by VACUUM and
by cutting the write-ahead log. PostgreSQL keeps dead rows until VACUUM FULL writes the tables and their indexes anew.

Both lock what they rewrite, so it waits for a time without a show, but no longer than a day.
"""

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

from relationships.models import PrivacyRequest, RequestState
from streams.models import StreamState
from streams.services.personal_data import MENTIONS, OWN
from vtcontrol.tenancy.history import StudioHistory

WAITS_AT_MOST = dt.timedelta(hours=24)
ALWAYS = ("relationships.PrivacyRequest", "admin.LogEntry")


def rewrite_if_due(*, now: dt.datetime | None = None, is_forced: bool = False) -> int:
    """Rewrite the files when something was erased and no show is on; return how many requests that ends.

    Runs over all studios, outside any transaction.
    """
    now = now or timezone.now()
    erased = PrivacyRequest.objects.filter(state=RequestState.ERASED, rewritten_at=None)
    first = erased.order_by("finished_at").values_list("finished_at", flat=True).first()
    if first is None:
        return 0
    is_on_air = StreamState.objects.filter(lease_until__gt=now).exists()
    if is_on_air and now - first < WAITS_AT_MOST and not is_forced:
        return 0
    ids = list(erased.values_list("pk", flat=True))
    rewrite_files()
    done = PrivacyRequest.objects.filter(pk__in=ids)
    return int(done.update(state=RequestState.DONE, rewritten_at=timezone.now(), step=""))


def rewrite_files() -> None:
    """Write anew whatever held people: the SQLite file, or the PostgreSQL tables with their indexes.

    Raises:
        RuntimeError: A transaction is open.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Files are rewritten outside a transaction.")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in tables():
            cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
            _forget_values(cursor, table)
        cursor.execute("VACUUM FULL pg_catalog.pg_statistic")  # the planner keeps the commonest values


def _forget_values(cursor: Any, table: str) -> None:
    """Take the planner's statistics from a table that is empty now.

    ANALYZE leaves those of an empty table as they were. A column loses them when it is given a type, even its own.
    """
    quote = connection.ops.quote_name
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {quote(table)})")  # noqa: S608 - a table of ours, quoted
    if cursor.fetchone()[0]:
        return
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_stats"
        " USING (attname) WHERE attrelid = %s::regclass AND schemaname = current_schema() AND tablename = %s",
        [quote(table), table],
    )
    changes = [f"ALTER COLUMN {quote(name)} TYPE {kind}" for name, kind in cursor.fetchall()]
    if changes:
        cursor.execute(f"ALTER TABLE {quote(table)} {', '.join(changes)}")


def tables() -> list[str]:
    """Return the tables people may have stood in."""
    found = {apps.get_model(label)._meta.db_table for label in (*OWN, *MENTIONS, *ALWAYS)}
    found |= {model._meta.db_table for model in apps.get_models() if issubclass(model, StudioHistory)}
    return sorted(found)
