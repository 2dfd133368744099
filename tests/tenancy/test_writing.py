"""The fail-closed manager, writing: nothing outside a scope, and nothing across to another studio."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from personas.models import Avatar, Emotion, Persona
from relationships.models import Identity, Viewer
from streams.models import Stream
from tests.factories.personas import Character, make_avatar, make_character
from tests.factories.relationships import make_identity, make_viewer
from tests.tenancy.tables import snapshot
from vtcontrol.kernel.errors import ScopeCrossed, ScopeMissing
from vtcontrol.tenancy.scope import current_studio_id, studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

Write = Callable[[Avatar], Any]

WRITES: dict[str, Write] = {
    "create": lambda row: Avatar.objects.create(name="new"),
    "create with a studio": lambda row: Avatar.objects.create(name="new", studio_id=row.studio_id),
    "bulk_create": lambda row: Avatar.objects.bulk_create([Avatar(name="new")]),
    "bulk_create with a studio": lambda row: Avatar.objects.bulk_create([Avatar(name="new", studio_id=row.studio_id)]),
    "bulk_update": lambda row: Avatar.objects.bulk_update([_renamed(row)], ["name"]),
    "update": lambda row: Avatar.objects.update(name="new"),
    "filtered update": lambda row: Avatar.objects.filter(pk=row.pk).update(name="new"),
    "delete": lambda row: Avatar.objects.all().delete(),
    "get_or_create": lambda row: Avatar.objects.get_or_create(name="new"),
    "update_or_create": lambda row: Avatar.objects.update_or_create(name="new"),
    "save": lambda row: _renamed(row).save(),
    "save some fields": lambda row: _renamed(row).save(update_fields=["name"]),
    "delete the row": lambda row: row.delete(),
    "related create": lambda row: row.personas.create(name="new"),
    "related update": lambda row: row.personas.update(name="new"),
}

CROSSINGS: dict[str, Write] = {
    "save": lambda row: _renamed(row).save(),
    "save some fields": lambda row: _renamed(row).save(update_fields=["name"]),
    "delete": lambda row: row.delete(),
    "create": lambda row: Avatar.objects.create(name="new", studio_id=row.studio_id),
    "create by object": lambda row: Avatar.objects.create(name="new", studio=_other_studio(row)),
    "get_or_create": lambda row: Avatar.objects.get_or_create(name="new", studio_id=row.studio_id),
    "update_or_create": lambda row: Avatar.objects.update_or_create(
        name="Puppet", defaults={"studio": _other_studio(row)}
    ),
    "bulk_create": lambda row: Avatar.objects.bulk_create(
        [Avatar(name="new"), Avatar(name="newer", studio_id=row.studio_id)]
    ),
    "bulk_update": lambda row: Avatar.objects.bulk_update([_renamed(row)], ["name"]),
    "bulk_update of the studio": lambda row: Avatar.objects.bulk_update(_moved(row), ["studio"]),
    "update of the studio": lambda row: Avatar.objects.update(studio=_other_studio(row)),
    "update of the studio's id": lambda row: Avatar.objects.update(studio_id=row.studio_id),
    "claiming a foreign row": lambda row: _claimed(row).save(),
    "forcing a claimed row": lambda row: _claimed(row).save(force_update=True),
    "forging a primary key": lambda row: Avatar(pk=row.pk, name="forged").save(),
    "forging a primary key by force": lambda row: Avatar(pk=row.pk, name="forged").save(force_update=True),
    "overwriting on conflict": lambda row: Avatar.objects.bulk_create(
        [Avatar(pk=row.pk, name="forged")], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
    ),
    "linking to a foreign row": lambda row: Persona.objects.create(
        name="thief", identity="x", avatar=row, voice=Persona.objects.get().voice
    ),
    "linking in bulk": lambda row: Persona.objects.bulk_create(
        [Persona(name="thief", identity="x", avatar=row, voice=Persona.objects.get().voice)]
    ),
    "linking by update": lambda row: Persona.objects.update(avatar=row),
    "relinking a row": lambda row: _dressed(Persona.objects.get(), row).save(),
}


def _renamed(row: Avatar) -> Avatar:
    row.name = "renamed"
    return row


def _claimed(row: Avatar) -> Avatar:
    row.studio_id = current_studio_id()
    return _renamed(row)


def _moved(target: Avatar) -> list[Avatar]:
    rows = list(Avatar.objects.all())
    for row in rows:
        row.studio_id = target.studio_id
    return rows


def _dressed(persona: Persona, avatar: Avatar) -> Persona:
    persona.avatar = avatar
    return persona


def _other_studio(row: Avatar) -> Studio:
    return Studio.objects.get(pk=row.studio_id)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_outside_a_scope_raises_and_changes_nothing(write: Write, character: Character) -> None:
    before = snapshot()

    with pytest.raises(ScopeMissing):
        write(character.avatar)

    assert snapshot() == before


@pytest.mark.django_db(transaction=True)
async def test_async_writes_outside_a_scope_raise(character: Character) -> None:
    row = character.avatar
    open_doors = []
    for write in (
        lambda: Avatar.objects.acreate(name="new"),
        lambda: Avatar.objects.abulk_create([Avatar(name="new")]),
        lambda: Avatar.objects.abulk_update([row], ["name"]),
        lambda: Avatar.objects.aupdate(name="new"),
        lambda: Avatar.objects.aget_or_create(name="new"),
        lambda: Avatar.objects.aupdate_or_create(name="new"),
        lambda: row.asave(),
        lambda: row.adelete(),
        lambda: row.arefresh_from_db(),
    ):
        try:
            await write()
        except ScopeMissing:
            continue
        open_doors.append(write)

    assert open_doors == []


@pytest.mark.parametrize("write", CROSSINGS.values(), ids=CROSSINGS)
def test_a_write_that_crosses_to_another_studio_raises_and_changes_nothing(
    write: Write, character: Character, other_character: Character, in_studio: Studio
) -> None:
    before = snapshot()

    with pytest.raises((ScopeCrossed, DatabaseError)), transaction.atomic():
        write(other_character.avatar)

    assert snapshot() == before


@pytest.mark.django_db(transaction=True)
async def test_async_writes_that_cross_raise(other_character: Character, in_studio: Studio) -> None:
    row = other_character.avatar

    for write in (
        lambda: row.asave(),
        lambda: row.adelete(),
        lambda: Avatar.objects.abulk_create([Avatar(name="new", studio_id=row.studio_id)]),
        lambda: Avatar.objects.aupdate(studio_id=row.studio_id),
    ):
        with pytest.raises(ScopeCrossed):
            await write()


@pytest.mark.parametrize(
    "write",
    [
        lambda row: Avatar.objects.filter(pk=row.pk).update(name="x"),
        lambda row: Avatar.objects.filter(pk=row.pk).delete(),
        lambda row: Avatar.objects.update(hair="#000000"),
        lambda row: Avatar.objects.all().delete(),
        lambda row: Avatar(pk=row.pk, name="forged", studio_id=current_studio_id()).delete(),
    ],
    ids=["update by id", "delete by id", "update all", "delete all", "delete with a forged key"],
)
def test_writes_that_find_no_row_of_ours_leave_the_other_studio_alone(
    write: Write, other_character: Character, in_studio: Studio
) -> None:
    make_avatar()
    with unscoped("a test compares both studios"):
        before = list(Avatar.objects.filter(studio_id=other_character.avatar.studio_id).values())

    write(other_character.avatar)

    with unscoped("a test compares both studios"):
        assert list(Avatar.objects.filter(studio_id=other_character.avatar.studio_id).values()) == before


def test_related_managers_take_no_row_of_another_studio(
    studio: Studio, other_studio: Studio, in_studio: Studio
) -> None:
    viewer = make_viewer()
    with studio_scope(other_studio.pk):
        foreign = make_identity(make_viewer())
    before = snapshot()

    viewer.identities.add(foreign)
    with pytest.raises(ScopeCrossed), transaction.atomic():
        viewer.identities.add(foreign, bulk=False)

    assert snapshot() == before


def test_the_manager_itself_offers_no_delete() -> None:
    assert not hasattr(Avatar.objects, "delete")
    assert not hasattr(Viewer.objects, "delete")


def test_templates_cannot_call_what_changes_rows(in_studio: Studio) -> None:
    rows = type(Avatar.objects.none())

    methods: list[Any] = [Avatar.save, Avatar.delete, rows.update, rows.delete, rows.bulk_create, rows.bulk_update]

    assert all(method.alters_data for method in methods)


def test_a_new_row_belongs_to_the_scopes_studio(in_studio: Studio) -> None:
    rows = [make_viewer(), *Viewer.objects.bulk_create([Viewer(name="a"), Viewer(name="b")])]

    assert {row.studio_id for row in rows} == {in_studio.pk}


def test_an_unscoped_block_writes_only_where_a_row_names_its_studio(studio: Studio) -> None:
    with unscoped("a test writes like an operator"):
        Viewer.objects.create(name="a", studio=studio)
        with pytest.raises(ScopeMissing):
            Viewer.objects.create(name="b")


def test_cleaning_refuses_a_link_by_id_to_another_studio(
    character: Character, other_character: Character, in_studio: Studio
) -> None:
    feeling = Emotion(persona_id=other_character.persona.pk, name="glee", face="joy")

    with pytest.raises(ValidationError) as refused:
        feeling.full_clean(exclude=["studio"])

    assert set(refused.value.message_dict) == {"persona"}


def test_upserts_are_fine_where_the_studio_is_part_of_the_key(in_studio: Studio) -> None:
    viewer = make_viewer()
    make_identity(viewer)
    changed = Identity(viewer=viewer, platform="twitch", platform_id="1001", name="new name")

    Identity.objects.bulk_create(
        [changed],
        update_conflicts=True,
        unique_fields=["studio", "platform", "platform_id"],
        update_fields=["name"],
    )

    assert [identity.name for identity in Identity.objects.all()] == ["new name"]


def test_deleting_a_row_takes_what_hangs_on_it(in_studio: Studio) -> None:
    character = make_character()
    make_character("second ")

    character.persona.delete()

    assert Emotion.objects.count() == len(character.emotions)
    assert Stream.objects.count() == 0
