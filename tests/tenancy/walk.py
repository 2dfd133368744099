"""The stranger's walk: calls made in another studio's name, each undone again, and what gives a leak away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.factories.tenancy import make_person
from tests.factories.world import World, make_world
from tests.tenancy.html_forms import Body, read_form
from tests.tenancy.routes import ModelPage
from tests.tenancy.tables import Rows, rows_of, rows_pointing_to
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Membership, Studio

NEWCOMER = "newcomer"  # a person without a studio, whom an owner may take in
OURS, THEIRS, ECHO = "MARKER-OURS-", "MARKER-THEIRS-", "ECHO-"
UUID_TEXT = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
READING = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|EXPLAIN|PRAGMA)", re.IGNORECASE)

Data = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One request of the stranger; where it leads is looked at only where `follows` says so."""

    method: str
    url: str
    data: Data = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    follows: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def sent(self) -> str:
        return f"{self.url} {self.data} {self.files}"


@dataclass
class Walk:
    """Two filled studios: ours, and that of the stranger who walks through every door with our ids."""

    studio: Studio
    owner: Client
    world: World
    other_studio: Studio
    stranger: Client
    other_world: World
    rows: Rows
    ids: frozenset[str]
    twins: dict[str, str]

    def visit(self, call: Call) -> list[str]:
        """Make one call as the stranger, undo it, and return what was wrong with it."""
        with undone() as writes:
            response = send(self.stranger, call)
            wrong = self.leaks(call, response)
            if response.status_code >= 500:
                wrong.append(f"{call}: answered {response.status_code}: {response.exc_info[1]!r}")
            if writes:
                wrong += self._changes(call)
        return wrong

    def leaks(self, call: Call, response: HttpResponseBase) -> list[str]:
        """Return what of ours an answer shows: a marked text, or an id the call did not name itself."""
        shown = _everything_in(response)
        wrong = []
        if OURS.lower() in shown.lower():
            at = shown.lower().index(OURS.lower())
            wrong.append(f"{call}: shows {shown[max(0, at - 60) : at + 60]!r}")
        named = set(_ids_in(call.sent))
        foreign = {one for one in _ids_in(shown) if one in self.ids and one not in named}
        return wrong + [f"{call}: shows our id {one}" for one in sorted(foreign)]

    def _changes(self, call: Call) -> list[str]:
        before, after = self.rows, rows_of(self.studio.pk)
        wrong = [f"{call}: changed our {label}" for label in before | after if before.get(label) != after.get(label)]
        return wrong + [f"{call}: points to us: {row}" for row in rows_pointing_to(self.studio.pk)]

    @property
    def marks(self) -> list[str]:
        """What gives our studio away in any text: our marker, and the id of our stream."""
        return [OURS, str(self.world.stream.pk), self.world.stream.pk.hex]

    def our_row(self, model: type[models.Model]) -> Any:
        return first_row(model, self.studio)

    def their_row(self, model: type[models.Model]) -> Any:
        return first_row(model, self.other_studio)

    def url(self, page: ModelPage, *arguments: object) -> str:
        return reverse(page.name, args=[str(one) for one in arguments])

    def our_form(self, url: str) -> Body:
        """Return the form our owner gets there, our texts made harmless: an answer may show what was sent."""
        with undone():  # looking at a person is written down
            page = self.owner.get(url)
        return harmless(read_form(page.content))

    def smuggled(self, url: str) -> Body:
        """Return the stranger's own form with our ids in the place of hers, but for the row it is about."""
        form = read_form(self.stranger.get(url).content)
        about = set(_ids_in(url))
        return {
            name: [self.twins.get(value, value) if value not in about else value for value in values]
            for name, values in form.items()
        }


def make_walk(studio: Studio, owner: Any, other_studio: Studio, stranger: Any) -> Walk:
    """Fill both studios alike and sign both people in."""
    with studio_scope(studio.pk):
        world = make_world(OURS)
    with studio_scope(other_studio.pk):
        other_world = make_world(THEIRS)
    clients = Client(raise_request_exception=False), Client(raise_request_exception=False)
    for client, person in zip(clients, (owner, stranger), strict=True):
        client.force_login(person)
    make_person(NEWCOMER)
    ours, theirs = rows_of(studio.pk), rows_of(other_studio.pk)
    twins = {
        str(hers): str(our)
        for label, rows in theirs.items()
        for hers, our in zip(sorted(rows, key=str), sorted(ours[label], key=str), strict=False)
        if isinstance(hers, UUID)
    }
    ids = frozenset(pk.hex for rows in ours.values() for pk in rows if isinstance(pk, UUID))
    return Walk(studio, clients[0], world, other_studio, clients[1], other_world, ours, ids, twins)


def first_row(model: type[models.Model], studio: Studio) -> Any:
    """Return a row of a model that belongs to a studio: the studio, a member, a person, or a row with a studio."""
    with unscoped("a test looks for a row of each studio"):
        if model is Studio:
            return studio
        if model is get_user_model():
            return Membership.objects.filter(studio=studio).first().user  # type: ignore[union-attr]  # made before
        return model._default_manager.filter(studio=studio).order_by("pk").first()


def harmless(form: Body) -> Body:
    """Return the form without our markers, which an answer may not show even as an echo."""
    return {name: [value.replace(OURS, ECHO) for value in values] for name, values in form.items()}


def send(client: Client, call: Call) -> Any:
    """Make a call, files with it."""
    files = {name: SimpleUploadedFile("rows.csv", text.encode(), "text/csv") for name, text in call.files}
    if call.method == "GET":
        return client.get(call.url, call.data, follow=call.follows)
    return client.post(call.url, {**call.data, **files}, follow=call.follows)


@contextmanager
def undone() -> Iterator[list[str]]:
    """Undo what happens inside; yields the writing statements seen so far."""
    writes: list[str] = []

    def watch(execute: Any, sql: str, *arguments: Any) -> Any:
        if not READING.match(sql):
            writes.append(sql)
        return execute(sql, *arguments)

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield writes
        transaction.set_rollback(True)


def _everything_in(response: Any) -> str:
    body = response.getvalue()
    hops = [str(hop) for hop in getattr(response, "redirect_chain", ())]
    return "\n".join([body.decode(errors="replace"), str(response.headers), response.cookies.output(), *hops])


def _ids_in(text: str) -> list[str]:
    return [one.replace("-", "").lower() for one in UUID_TEXT.findall(text)]
