"""Random histories over two studios: whatever is done in one, the other stays as it was, and each sees its own only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas.models import Avatar
from vtcontrol.kernel.errors import ScopeCrossed
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio


@dataclass(frozen=True)
class Step:
    """One random call: its words and the row it aims at, which may be anybody's."""

    name: str
    other_name: str
    target: UUID | None
    home: Studio


def _load(step: Step) -> Avatar | None:
    with unscoped("a test loads any row"):
        found: Avatar | None = Avatar.objects.filter(pk=step.target).first()
        return found


def _save(step: Step) -> None:
    if row := _load(step):
        row.name = step.name
        row.save()


def _delete_row(step: Step) -> None:
    if row := _load(step):
        row.delete()


def _upsert(step: Step) -> None:
    rows = [Avatar(name=step.name, hair="#123456")]
    Avatar.objects.bulk_create(rows, update_conflicts=True, unique_fields=["studio", "name"], update_fields=["hair"])


OPERATIONS: dict[str, Callable[[Step], Any]] = {
    "create": lambda step: Avatar.objects.create(name=step.name),
    "bulk_create": lambda step: Avatar.objects.bulk_create([Avatar(name=step.name), Avatar(name=step.other_name)]),
    "update": lambda step: Avatar.objects.filter(pk=step.target).update(name=step.name),
    "update_or_create": lambda step: Avatar.objects.update_or_create(
        name=step.name, defaults={"name": step.other_name}
    ),
    "save": _save,
    "delete": lambda step: Avatar.objects.filter(name=step.name).delete(),
    "delete_row": _delete_row,
    "upsert": _upsert,
    "adopt": lambda step: Avatar(pk=step.target, studio=step.home, name=step.name).save(force_update=True),
}

NAMES = st.sampled_from(["a", "b", "c", "d"])
HISTORIES = st.lists(
    st.tuples(st.booleans(), st.sampled_from(sorted(OPERATIONS)), NAMES, NAMES, st.integers(0, 5)), max_size=12
)


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _held() -> dict[UUID, dict[UUID, str]]:
    held: dict[UUID, dict[UUID, str]] = {}
    with unscoped("a test compares both studios"):
        for pk, studio_id, name in Avatar.objects.values_list("pk", "studio_id", "name"):
            held.setdefault(studio_id, {})[pk] = name
    return held


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=HISTORIES)
def test_no_history_of_writes_in_one_studio_touches_the_other(
    history: list[tuple[bool, str, str, str, int]], studio: Studio, other_studio: Studio
) -> None:
    studios = (studio, other_studio)
    with _rolled_back():
        for is_other, operation, name, other_name, place in history:
            home, away = studios[is_other], studios[not is_other]
            before = _held()
            ids = sorted(pk for rows in before.values() for pk in rows)
            step = Step(name, other_name, ids[place % len(ids)] if ids else None, home)
            try:
                with studio_scope(home.pk), transaction.atomic():
                    OPERATIONS[operation](step)
            except (ScopeCrossed, DatabaseError):
                assert _held() == before  # refused, and nothing changed
            held = _held()
            assert held.get(away.pk) == before.get(away.pk)
            for one in studios:
                with studio_scope(one.pk):
                    assert dict(Avatar.objects.values_list("pk", "name")) == held.get(one.pk, {})


def test_the_operations_both_succeed_and_are_refused(studio: Studio, other_studio: Studio) -> None:
    with studio_scope(other_studio.pk):
        foreign = Avatar.objects.create(name="a")
    step = Step("b", "b", foreign.pk, studio)

    with studio_scope(studio.pk):
        OPERATIONS["create"](step)
        with pytest.raises(DatabaseError), transaction.atomic():
            OPERATIONS["adopt"](step)
        with pytest.raises(ScopeCrossed), transaction.atomic():
            OPERATIONS["save"](step)

    assert sorted(name for rows in _held().values() for name in rows.values()) == ["a", "b"]
