"""Compiled queries: as closed as the manager they are made with."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.forms import model_to_dict
from django.utils import timezone

from relationships.models import Relationship, Viewer
from tests.factories.personas import Character
from tests.factories.relationships import make_relationship, make_viewer
from vtcontrol.kernel.errors import ScopeCrossed, ScopeMissing
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.compiled import CompiledQuery, CompiledSweep
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio


def _by_name() -> CompiledQuery:
    return CompiledQuery(
        lambda name, since: (
            Viewer.objects.filter(name=name, first_seen_at__gt=since)
            .order_by()
            .values_list("id", "first_seen_at", "tags")
        ),
        name=str,
        since=dt.datetime,
    )


def _by_ids() -> CompiledQuery:
    return CompiledQuery(
        lambda id_list: Viewer.objects.filter(pk__in=id_list).order_by().values_list("id"), id_list=list
    )


def _everywhere() -> CompiledSweep:
    return CompiledSweep(lambda name: Viewer.objects.filter(name=name).order_by().values_list("studio_id"), name=str)


LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def test_it_finds_what_the_query_set_finds_with_its_types(in_studio: Studio) -> None:
    viewer = make_viewer(tags=["regular"])
    query = _by_name()

    [row] = query.rows(name="Bo", since=LONG_AGO)

    assert tuple(row) == (viewer.pk, viewer.first_seen_at, ["regular"])
    assert query.rows(name="Zed", since=LONG_AGO) == []
    assert query.rows(name="Bo", since=timezone.now()) == []


def test_it_makes_the_objects_the_query_set_makes(in_studio: Studio, django_assert_num_queries: Any) -> None:
    viewer = make_viewer(tags=["regular"])
    query = CompiledQuery(
        lambda name: Viewer.objects.select_related("studio", "merged_into").filter(name=name).order_by(), name=str
    )

    [found] = query.objects(name="Bo")

    assert found == viewer
    assert (found.tags, found.first_seen_at) == (["regular"], viewer.first_seen_at)
    with django_assert_num_queries(0):
        assert (found.studio, found.merged_into) == (in_studio, None)
    found.notes = "Likes tea."
    found.save(update_fields=["notes"])
    assert [one.notes for one in query.objects(name="Bo")] == ["Likes tea."]
    assert query.objects(name="Zed") == []


def test_outside_a_scope_it_raises_even_once_compiled(studio: Studio) -> None:
    query = _by_name()

    with pytest.raises(ScopeMissing):
        query.rows(name="Bo", since=LONG_AGO)
    with studio_scope(studio.pk):
        query.rows(name="Bo", since=LONG_AGO)
    with pytest.raises(ScopeMissing):
        query.rows(name="Bo", since=LONG_AGO)
    with unscoped("a test asks without a studio"), pytest.raises(ScopeMissing):
        query.rows(name="Bo", since=LONG_AGO)


def test_it_shows_each_studio_its_own_rows(studio: Studio, other_studio: Studio) -> None:
    query, found = _by_name(), []
    for home in (studio, other_studio):
        with studio_scope(home.pk):
            make_viewer()
    for home in (studio, other_studio, studio):
        with studio_scope(home.pk):
            found += [(home.pk, row[0]) for row in query.rows(name="Bo", since=LONG_AGO)]

    assert len(found) == 3
    with unscoped("a test looks up whose rows they are"):
        assert all(Viewer.objects.get(pk=pk).studio_id == home for home, pk in found)


def test_a_query_without_the_studio_in_it_is_refused(in_studio: Studio) -> None:
    query = CompiledQuery(lambda name: Studio.objects.filter(name=name).values_list("id"), name=str)

    with pytest.raises(LookupError, match="studio"):
        query.rows(name="Lantern Lane")


def test_a_value_that_lost_its_place_is_refused(in_studio: Studio) -> None:
    query = CompiledQuery(lambda name: Viewer.objects.filter(name__contains=name).values_list("id"), name=str)

    with pytest.raises(LookupError, match="name"):
        query.rows(name="Bo")


def test_an_update_changes_the_rows_of_its_studio_only(studio: Studio, other_studio: Studio) -> None:
    ids = {}
    for home in (studio, other_studio):
        with studio_scope(home.pk):
            ids[home.pk] = make_viewer().pk
    query = CompiledQuery(
        lambda viewer_id, now: Viewer.objects.filter(pk=viewer_id),
        change=lambda viewer_id, now: {"last_seen_at": now},
        viewer_id=UUID,
        now=dt.datetime,
    )

    with studio_scope(studio.pk):
        assert query.count(viewer_id=ids[studio.pk], now=timezone.now()) == 1
        assert query.count(viewer_id=ids[other_studio.pk], now=timezone.now()) == 0

    with unscoped("a test looks at both studios"):
        assert Viewer.objects.get(last_seen_at__isnull=False).studio_id == studio.pk


def test_whole_rows_come_as_objects_that_can_be_saved(in_studio: Studio) -> None:
    viewer = make_viewer(last_seen_at=timezone.now())
    query = CompiledQuery(lambda name: Viewer.objects.filter(name=name), name=str)

    [found] = query.objects(name="Bo")

    assert model_to_dict(found) == model_to_dict(viewer)
    found.notes = "Plays the viola."
    found.save(update_fields=["notes"])
    assert [one.notes for one in query.objects(name="Bo")] == ["Plays the viola."]


def test_numbers_of_both_kinds_find_their_places(in_studio: Studio, character: Character) -> None:
    bond = make_relationship(make_viewer(), character.persona)
    query = CompiledQuery(
        lambda bond_id, trust, scars, warmth: Relationship.objects.filter(pk=bond_id),
        change=lambda bond_id, **values: values,
        bond_id=UUID,
        trust=float,
        scars=int,
        warmth=float,
    )

    assert query.count(bond_id=bond.pk, trust=12.5, scars=2, warmth=0.75) == 1

    bond.refresh_from_db()
    assert (bond.trust, bond.scars, bond.warmth) == (12.5, 2, 0.75)


@pytest.mark.parametrize("count", [1, 3, CompiledQuery.LIST_LENGTH])
def test_a_list_finds_each_of_its_rows_once(count: int, in_studio: Studio) -> None:
    rows = [make_viewer(name=f"viewer {number}") for number in range(count)]
    query = CompiledQuery(
        lambda id_list: Viewer.objects.filter(pk__in=id_list).order_by().values_list("id"), id_list=list
    )

    assert sorted(row[0] for row in query.rows(id_list=[row.pk for row in rows])) == sorted(row.pk for row in rows)


@pytest.mark.parametrize("count", [0, CompiledQuery.LIST_LENGTH + 1])
def test_a_list_that_does_not_fit_is_refused_not_cut(count: int, in_studio: Studio) -> None:
    query = CompiledQuery(
        lambda id_list: Viewer.objects.filter(pk__in=id_list).order_by().values_list("id"), id_list=list
    )

    with pytest.raises(ValueError, match="1 to"):
        query.rows(id_list=[uuid7() for _ in range(count)])


@pytest.mark.django_db(transaction=True)
def test_threads_that_compile_it_at_once_all_get_their_rows(in_studio: Studio) -> None:
    viewer, query = make_viewer(), _by_name()

    def ask(_number: int) -> list[UUID]:
        try:
            return [row[0] for row in query.rows(name="Bo", since=LONG_AGO)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(copy_context().run, ask, number) for number in range(16)]
        assert [one.result() for one in asked] == [[viewer.pk]] * 16


def test_a_sweep_sees_every_studio_and_runs_in_no_scope_of_one(studio: Studio, other_studio: Studio) -> None:
    for place in (studio, other_studio):
        with studio_scope(place.pk):
            make_viewer()
    query = _everywhere()

    with pytest.raises(ScopeMissing):
        query.rows(name="Bo")
    with studio_scope(studio.pk), pytest.raises(ScopeCrossed):
        query.rows(name="Bo")
    with unscoped("a test of sweeps"):
        assert {row[0] for row in query.rows(name="Bo")} == {studio.pk, other_studio.pk}
    with studio_scope(studio.pk), pytest.raises(ScopeCrossed):
        query.rows(name="Bo")
