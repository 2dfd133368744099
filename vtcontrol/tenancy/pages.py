"""Pages of a list by cursor: newest first, stable while rows come and go, and bounded.

A cursor is opaque to callers: the list's name and the place of the last row, a time and an id. It opens nothing: what
is read is always filtered by the scope first.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from vtcontrol.kernel.errors import InputInvalid

LIMIT, LIMIT_MOST = 50, 100
CURSOR_LONGEST = 300

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the id of its last row, and its time in a list that goes by one."""

    id: UUID
    at: dt.datetime | None = None

    def before(self, field: str = "") -> Q:
        """Return the condition of rows that come after this place, newest first."""
        if not field or self.at is None:
            return Q(pk__lt=self.id)
        return Q(**{f"{field}__lte": self.at}) & (Q(**{f"{field}__lt": self.at}) | Q(pk__lt=self.id))


@dataclass(frozen=True, slots=True)
class Window:
    """Which page is asked for.

    Attributes:
        name: The list's name, part of its cursors.
        limit: Most rows of it.
        after: Where the page before it ended, or None for the first.
    """

    name: str
    limit: int = LIMIT
    after: Place | None = None

    def cut(self, rows: Sequence[Row], place: Callable[[Row], Place], shown: Callable[[Row], Any]) -> dict[str, Any]:
        """Return the page's body from at most `limit + 1` rows: items, and the cursor of the next page or None."""
        page = rows[: self.limit]
        following = _cursor(self.name, place(page[-1])) if len(rows) > self.limit else None
        return {"items": [shown(row) for row in page], "next": following}

    def take(self, rows: "QuerySet[Any]", field: str = "") -> list[Any]:
        """Return the page's rows and one more, newest by `field` (or by their ids, which grow) first."""
        rows = rows.order_by(f"-{field}", "-pk") if field else rows.order_by("-pk")
        if self.after is not None:
            rows = rows.filter(self.after.before(field))
        return list(rows[: self.limit + 1])

    def read(self, rows: "QuerySet[Any]", shown: Callable[[Any], Any], field: str = "") -> dict[str, Any]:
        """Return one page of a query set. See `take`."""

        def place(row: Any) -> Place:
            return Place(row.pk, getattr(row, field) if field else None)

        return self.cut(self.take(rows, field), place, shown)


def window_of(request: Request, name: str) -> Window:
    """Return which page of the list `name` a request asks for, by its `limit` and `cursor`.

    Raises:
        InputInvalid: One of them cannot be used.
    """
    limit = request.query_params.get("limit", str(LIMIT))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= LIMIT_MOST):
        message = _("A limit is a whole number from 1 to %(most)d.") % {"most": LIMIT_MOST}
        raise InputInvalid(message, field="limit")
    cursor = request.query_params.get("cursor", "")
    return Window(name, int(limit), _place(name, cursor) if cursor else None)


def _cursor(name: str, place: Place) -> str:
    raw = json.dumps([name, place.at and place.at.isoformat(), place.id.hex], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _place(name: str, cursor: str) -> Place:
    place = _decoded(name, cursor) if len(cursor) <= CURSOR_LONGEST else None
    if place is None:
        raise InputInvalid(_("This cursor is not one of this list."), field="cursor")
    return place


def _decoded(name: str, cursor: str) -> Place | None:
    """Return the place a cursor names, or None when it is not one of this list."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        of, at, row_id = json.loads(raw)
        place = Place(UUID(hex=row_id), None if at is None else dt.datetime.fromisoformat(at).astimezone(dt.UTC))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
        return None
    return place if of == name else None
