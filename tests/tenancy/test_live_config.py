"""What the live loop keeps a copy of: every change moves `Studio.config_version`, in the same transaction."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from personas.models import Avatar, Brain, Emotion, Voice
from tests.factories.personas import Character, make_avatar, make_brain
from tests.factories.relationships import make_viewer
from vtcontrol.tenancy.owned import LiveConfig
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

CHANGES: dict[str, Callable[[Character], Any]] = {
    "save": lambda character: character.avatar.save(),
    "save some fields": lambda character: character.avatar.save(update_fields=["hair"]),
    "create": lambda character: Avatar.objects.create(name="new"),
    "get_or_create": lambda character: Avatar.objects.get_or_create(name="new"),
    "update_or_create": lambda character: Avatar.objects.update_or_create(name="Puppet", defaults={"hair": "#000000"}),
    "bulk_create": lambda character: Avatar.objects.bulk_create([Avatar(name="new")]),
    "bulk_update": lambda character: Emotion.objects.bulk_update(character.emotions, ["rate"]),
    "update": lambda character: Avatar.objects.update(hair="#000000"),
    "update through a relation": lambda character: character.persona.emotions.update(rate=1.2),
    "add to a relation": lambda character: character.avatar.personas.add(character.persona),
    "delete": lambda character: Emotion.objects.all().delete(),
    "delete a row": lambda character: character.emotions[0].delete(),
}

ASYNC_CHANGES: dict[str, Callable[[Character], Any]] = {
    "asave": lambda character: character.avatar.asave(),
    "acreate": lambda character: Avatar.objects.acreate(name="new"),
    "abulk_create": lambda character: Avatar.objects.abulk_create([Avatar(name="newer")]),
    "aupdate": lambda character: Avatar.objects.aupdate(hair="#000000"),
    "adelete": lambda character: Emotion.objects.filter(name="joy").adelete(),
    "adelete a row": lambda character: character.emotions[0].adelete(),
}


def _version(studio: Studio) -> int:
    return Studio.objects.values_list("config_version", flat=True).get(pk=studio.pk)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_kind_of_change_moves_the_version_of_its_studio_alone(
    change: Callable[[Character], Any], character: Character, in_studio: Studio, other_studio: Studio
) -> None:
    before, others_before = _version(in_studio), _version(other_studio)

    change(character)

    assert _version(in_studio) > before
    assert _version(other_studio) == others_before


@pytest.mark.django_db(transaction=True)
async def test_async_changes_move_the_version_too(character: Character, in_studio: Studio) -> None:
    unmoved = []
    for name, change in ASYNC_CHANGES.items():
        before = (await Studio.objects.aget(pk=in_studio.pk)).config_version
        await change(character)
        if (await Studio.objects.aget(pk=in_studio.pk)).config_version == before:
            unmoved.append(name)

    assert unmoved == []


def test_a_change_over_all_studios_moves_each_that_it_touched(
    character: Character, other_character: Character, studio: Studio, other_studio: Studio
) -> None:
    before, others_before = _version(studio), _version(other_studio)

    with unscoped("a test changes every studio"):
        Avatar.objects.filter(name__startswith="MARKER").update(hair="#000000")

    assert _version(studio) == before
    assert _version(other_studio) > others_before


def test_what_the_loop_writes_itself_moves_nothing(in_studio: Studio, character: Character) -> None:
    brain = make_brain()
    before = _version(in_studio)

    Brain.objects.filter(pk=brain.pk).update(last_ok_at=timezone.now(), last_fault="")
    brain.save(update_fields=["last_fault"])
    Voice.objects.update(last_ok_at=timezone.now())

    assert _version(in_studio) == before
    Brain.objects.update(last_fault="", model="other")
    assert _version(in_studio) > before


def test_rows_the_loop_does_not_keep_move_nothing(in_studio: Studio) -> None:
    before = _version(in_studio)

    make_viewer().delete()

    assert _version(in_studio) == before


def test_a_refused_change_moves_nothing(in_studio: Studio) -> None:
    make_avatar()
    before = _version(in_studio)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_avatar()

    assert _version(in_studio) == before


def test_the_change_and_the_version_are_one_transaction(in_studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(studio_ids: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(Studio, "config_changed", broken)

    with pytest.raises(DatabaseError), transaction.atomic():
        make_avatar()

    assert not Avatar.objects.exists()


def test_every_quiet_field_exists() -> None:
    wrong = [
        f"{model.__name__}.{name}"
        for model in apps.get_models()
        if issubclass(model, LiveConfig)
        for name in model.quiet_fields - {field.name for field in model._meta.fields}
    ]

    assert wrong == []


def test_a_studio_that_changes_nothing_is_left_alone(studio: Studio, other_character: Character) -> None:
    before = _version(studio)

    with studio_scope(studio.pk):
        Avatar.objects.filter(pk=other_character.avatar.pk).update(hair="#000000")

    assert _version(studio) == before
