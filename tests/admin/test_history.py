"""The history of rows keeps to its studio like the rows themselves."""

from typing import Any

import pytest
from django.test import Client

from personas.models import Persona
from streams.models import ModerationRule
from tests.admin.pages import address, page_text, save
from tests.factories.personas import Character
from tests.factories.streams import make_rule
from vtcontrol.kernel.errors import ScopeCrossed, ScopeMissing
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

Old: Any = Persona.history.model


def test_history_outside_a_scope_is_an_error(character: Character) -> None:
    for read in (
        lambda: Persona.history.count(),
        lambda: list(Old.objects.all()),
        lambda: Old.objects.exists(),
        lambda: Old.objects.filter(id=character.persona.pk).update(name="x"),
        lambda: character.persona.history.first(),
    ):
        with pytest.raises(ScopeMissing):
            read()


def test_history_shows_the_rows_of_the_scope_only(
    character: Character, other_character: Character, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        assert set(Persona.history.values_list("name", flat=True)) == {"Mira"}
        assert not Old.objects.filter(id=other_character.persona.pk).exists()
        assert other_character.persona.history.first() is None
    with unscoped("a test looks over all studios"):
        assert Old.objects.count() == 2


def test_a_history_row_is_not_written_in_a_foreign_scope(
    character: Character, studio: Studio, other_studio: Studio
) -> None:
    with studio_scope(studio.pk):
        row = Old.objects.get()

    with studio_scope(other_studio.pk), pytest.raises(ScopeCrossed):
        row.save()


def test_a_change_is_remembered_with_who_made_it(as_manager: Client, manager: Any, studio: Studio) -> None:
    with studio_scope(studio.pk):
        rule = make_rule()

    save(as_manager, address(rule), content="other words")

    with studio_scope(studio.pk):
        newest = ModerationRule.history.latest()
    assert newest.history_user == manager
    text = page_text(as_manager, address(rule, "history"))
    assert "other words" in text
    assert manager.username in text


def test_the_history_of_a_deleted_row_is_gone_from_the_admin(as_manager: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        rule = make_rule()
    url = address(rule, "history")
    as_manager.post(address(rule, "delete"), {"post": "yes"})

    assert as_manager.get(url).status_code == 404


@pytest.mark.parametrize("version", ["1", "999999", "x", "1e3", "٣"])
def test_a_foreign_version_is_not_found(
    version: str, as_manager: Client, character: Character, other_character: Character
) -> None:
    with unscoped("a test looks for a foreign version"):
        foreign = Old.objects.get(id=other_character.persona.pk).history_id
    chosen = str(foreign) if version == "1" else version

    for persona in (character.persona, other_character.persona):
        assert as_manager.get(f"{address(persona, 'history')}{chosen}/").status_code == 404
