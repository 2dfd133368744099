"""The fail-closed manager, reading: every form a query can take, outside a scope and inside one."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db.models import Count, Max, Prefetch, Q

from personas.models import Persona, Voice
from relationships.models import Identity, Viewer
from streams.models import Stream
from tests.conftest import OTHER
from tests.factories.personas import Character, make_character
from tests.factories.relationships import make_identity, make_viewer
from vtcontrol.kernel.errors import ScopeCrossed, ScopeMissing
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

READS: dict[str, Callable[[Any], Any]] = {
    "all": lambda rows: list(rows.all()),
    "filter": lambda rows: list(rows.filter(messages=0)),
    "exclude": lambda rows: list(rows.exclude(messages=1)),
    "get": lambda rows: rows.get(messages=0),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("first_seen_at"),
    "latest": lambda rows: rows.latest("first_seen_at"),
    "slice": lambda rows: list(rows.order_by("pk")[:5]),
    "exists": lambda rows: rows.filter(name__startswith=OTHER).exists() and OTHER,
    "contains": lambda rows: rows.contains(Viewer(pk=_any_pk())),
    "count": lambda rows: OTHER * (rows.count() - 1),
    "aggregate": lambda rows: rows.aggregate(latest=Max("name")),
    "annotate": lambda rows: list(rows.annotate(n=Count("identities")).values("name", "n")),
    "in_bulk": lambda rows: rows.in_bulk(),
    "in_bulk by id": lambda rows: rows.in_bulk([_any_pk()]),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values()),
    "values_list": lambda rows: list(rows.values_list("name")),
    "distinct": lambda rows: list(rows.distinct()),
    "dates": lambda rows: OTHER * (len(rows.values("name").distinct()) - 1),
    "only": lambda rows: list(rows.only("pk")),
    "defer": lambda rows: list(rows.defer("notes")),
    "reverse": lambda rows: list(rows.reverse()),
    "using": lambda rows: list(rows.using("default")),
    "db_manager": lambda rows: list(rows.db_manager("default").all()),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "complex filter": lambda rows: list(rows.complex_filter(Q(messages=0))),
    "union": lambda rows: list(rows.order_by().union(rows.order_by().filter(messages=0))),
    "union all": lambda rows: OTHER * (len(rows.order_by().union(rows.order_by(), all=True)) - 2),
    "intersection": lambda rows: list(rows.order_by().intersection(rows.order_by().filter(messages=0))),
    "difference": lambda rows: list(rows.order_by().difference(rows.order_by().filter(messages=1))),
    "or": lambda rows: list(rows.filter(messages=1) | rows.filter(messages=0)),
    "and": lambda rows: list(rows.filter(messages=0) & rows.all()),
    "subquery": lambda rows: list(Identity.objects.filter(viewer__in=rows.all()).values("name")),
    "prefetch": lambda rows: [list(row.identities.all()) for row in rows.prefetch_related("identities")],
    "prefetch object": lambda rows: [
        list(row.identities.all()) for row in rows.prefetch_related(Prefetch("identities", Identity.objects.all()))
    ],
}


async def _async_for(rows: Any) -> list[Any]:
    return [row async for row in rows.exclude(messages=1)]


async def _aiterator(rows: Any) -> list[Any]:
    return [row async for row in rows.aiterator()]


ASYNC_READS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "aget": lambda rows: rows.aget(messages=0),
    "afirst": lambda rows: rows.afirst(),
    "alast": lambda rows: rows.alast(),
    "aearliest": lambda rows: rows.aearliest("first_seen_at"),
    "alatest": lambda rows: rows.alatest("first_seen_at"),
    "aaggregate": lambda rows: rows.aaggregate(latest=Max("name")),
    "ain_bulk": lambda rows: rows.ain_bulk(),
    "acontains": lambda rows: rows.acontains(Viewer(pk=_any_pk())),
    "async for": _async_for,
    "aiterator": _aiterator,
}


def _any_pk() -> Any:
    """The id of a row of the other studio, as a guess or a leaked link would give it."""
    with unscoped("a test plays the thief"):
        return Viewer.objects.filter(name__startswith=OTHER).values_list("pk", flat=True).first()


@pytest.fixture
def audience(studio: Studio, other_studio: Studio) -> Viewer:
    """One viewer with an account in our studio, two in the other; returns one of the others."""
    with studio_scope(studio.pk):
        make_identity(make_viewer(), platform="twitch")
    with studio_scope(other_studio.pk):
        make_identity(make_viewer(OTHER, tags=[]), OTHER)
        return make_viewer(OTHER, name=f"{OTHER}Zed")


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_query_outside_a_scope_raises(read: Callable[[Any], Any], audience: Viewer) -> None:
    with pytest.raises(ScopeMissing):
        read(Viewer.objects)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_query_in_a_scope_never_shows_the_other_studio(
    read: Callable[[Any], Any], audience: Viewer, in_studio: Studio
) -> None:
    shown = repr(read(Viewer.objects))

    assert OTHER not in shown
    assert str(audience.pk) not in shown


@pytest.mark.parametrize(
    "read",
    [lambda: Viewer.objects.none(), lambda: Viewer.objects.explain(), lambda: Viewer.objects.raw("SELECT 1")],
    ids=["none", "explain", "raw"],
)
def test_even_a_query_that_reads_no_row_raises_outside_a_scope(read: Callable[[], Any]) -> None:
    with pytest.raises(ScopeMissing):
        read()


def test_raw_sql_is_refused_in_a_scope_and_runs_over_all_studios_without(audience: Viewer, studio: Studio) -> None:
    sql = "SELECT * FROM relationships_viewer"

    with studio_scope(studio.pk), pytest.raises(ScopeCrossed):
        Viewer.objects.raw(sql)

    with unscoped("a test counts all rows"):
        assert len(list(Viewer.objects.raw(sql))) == 3


async def test_async_queries_outside_a_scope_raise() -> None:
    closed = {"aexists": lambda rows: rows.aexists(), "acount": lambda rows: rows.acount(), **ASYNC_READS}
    closed.pop("acontains")  # its argument is looked up with a query of its own

    open_doors = []
    for name, read in closed.items():
        try:
            await read(Viewer.objects)
        except ScopeMissing:
            continue
        open_doors.append(name)

    assert open_doors == []


@pytest.mark.django_db(transaction=True)
async def test_async_queries_in_a_scope_never_show_the_other_studio(
    audience: Viewer, in_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.tenancy.test_reading._any_pk", lambda: audience.pk)

    shown = {name: repr(await read(Viewer.objects)) for name, read in ASYNC_READS.items()}

    assert {name: text for name, text in shown.items() if OTHER in text or str(audience.pk) in text} == {}
    assert await Viewer.objects.acount() == 1
    assert await Viewer.objects.filter(name__startswith=OTHER).aexists() is False


def test_a_related_manager_is_closed_outside_a_scope_and_filtered_in_one(audience: Viewer, studio: Studio) -> None:
    with pytest.raises(ScopeMissing):
        audience.identities.all()
    with studio_scope(studio.pk):
        assert list(audience.identities.all()) == []


def test_a_prefetch_with_rows_of_another_studio_finds_nothing(
    audience: Viewer, studio: Studio, other_studio: Studio
) -> None:
    with studio_scope(other_studio.pk):
        theirs = Viewer.objects.prefetch_related("identities")

        with studio_scope(studio.pk):
            found = [list(viewer.identities.all()) for viewer in theirs]

    assert found == [[], []]


def test_following_a_foreign_key_stops_at_the_studio(studio: Studio, other_character: Character) -> None:
    with studio_scope(other_character.persona.studio_id):
        theirs = Persona.objects.get(pk=other_character.persona.pk)

    with pytest.raises(ScopeMissing):
        _ = theirs.voice
    with studio_scope(studio.pk), pytest.raises(Voice.DoesNotExist):
        _ = theirs.voice


def test_a_refresh_stops_at_the_studio(studio: Studio, other_stream: Stream) -> None:
    with studio_scope(studio.pk), pytest.raises(Stream.DoesNotExist):
        other_stream.refresh_from_db()


def test_an_unscoped_block_sees_every_studio_and_must_say_why(audience: Viewer) -> None:
    with unscoped("a test counts all rows"):
        assert Viewer.objects.count() == 3
    with pytest.raises(ValueError, match="why"), unscoped(""):
        pass


def test_every_manager_of_a_studios_row_is_fail_closed(in_studio: Studio) -> None:
    mine = make_character().persona

    for manager in (Persona.objects, Persona._default_manager, Persona._base_manager, mine.emotions, mine.streams):
        assert in_studio.pk.hex in str(manager.all().query).replace("-", "")
