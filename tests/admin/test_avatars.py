"""The admin of avatars: parts and colours are checked, ready looks are whole, and the page and the stage agree."""

import html
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.db.models import CharField
from django.test import Client

from personas.appearance import COLOURS, FACES, LOOKS, PARTS, VISEMES, fields_of
from personas.domain.shapes import MOTIONS
from personas.models import Avatar
from streams.selectors.stage import avatar_of
from tests.admin.pages import address, errors, page_text, save
from tests.factories.personas import Character
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

PUPPET = Path(settings.BASE_DIR) / "static" / "stage" / "avatar" / "puppet"
READY = [(look.key, palette.key) for look in LOOKS for palette in look.palettes]


@pytest.fixture
def avatar(character: Character) -> Avatar:
    return character.avatar


def _stored(avatar: Avatar) -> Avatar:
    with studio_scope(avatar.studio_id):
        stored: Avatar = Avatar.objects.get(pk=avatar.pk)
    return stored


def _words_of_the_stage(module: str, pattern: str) -> list[str]:
    found = re.search(pattern, (PUPPET / module).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, module
    return re.findall(r"'(\w+)'", found[1])


@pytest.mark.parametrize(("field", "value"), [("hair", "#ff00"), ("tips", "red"), ("trim", "#12345g"), ("accent", "")])
def test_a_bad_colour_is_refused_and_changes_nothing(
    as_manager: Client, avatar: Avatar, field: str, value: str
) -> None:
    before = avatar.palette

    answer = save(as_manager, address(avatar), **{field: value})

    assert errors(answer)
    assert _stored(avatar).palette == before


@pytest.mark.parametrize("field", PARTS.values())
def test_an_unknown_part_is_refused_and_changes_nothing(as_manager: Client, avatar: Avatar, field: str) -> None:
    before = avatar.parts

    answer = save(as_manager, address(avatar), **{field: "wings"})

    assert "wings" in errors(answer)
    assert _stored(avatar).parts == before


def test_parts_and_colours_are_saved_and_reach_the_stage(as_manager: Client, avatar: Avatar) -> None:
    wish = fields_of("juniper", "lilac")

    answer = save(as_manager, address(avatar), **wish)

    assert answer.status_code == 302
    saved = _stored(avatar)
    assert {name: getattr(saved, name) for name in wish} == wish
    look = avatar_of(saved)
    assert look["parts"] == {"hair": "braids", "crown": "hat", "face": "soft", "eye_shape": "soft", "outfit": "cape",
                             "extra": "glasses", "tail": "none"}  # fmt: skip
    assert look["palette"]["trim"] == wish["trim"]


def test_the_face_gets_what_is_saved_and_every_feeling_motion_and_mouth(as_manager: Client, avatar: Avatar) -> None:
    page = page_text(as_manager, address(avatar))

    wear = re.search(r'data-wear="([^"]+)"', page)
    assert wear is not None
    assert json.loads(html.unescape(wear[1])) == {"palette": avatar.palette, "parts": avatar.parts}
    for name, group in (("vt-feeling", FACES), ("vt-mouth", VISEMES)):
        assert re.findall(rf'name="{name}" value="(\w+)"', page) == list(group)
    assert re.findall(r'data-motion="(\w+)"', page) == list(MOTIONS)
    assert page.count('class="vt-look"') == len(LOOKS)


def test_a_new_avatar_has_a_face_from_the_start(as_manager: Client) -> None:
    page = page_text(as_manager, address(Avatar, "add"))

    assert 'id="vt-avatar"' in page
    assert html.escape(json.dumps({"palette": Avatar().palette, "parts": Avatar().parts})) in page


def test_who_may_only_look_is_offered_no_looks_to_start_from(as_observer: Client, avatar: Avatar) -> None:
    page = page_text(as_observer, address(avatar))

    assert 'id="vt-avatar"' in page
    assert "data-values" not in page


def test_a_stranger_finds_no_avatar(as_stranger: Client, studio: Studio, avatar: Avatar) -> None:
    before = avatar.palette

    shown = as_stranger.get(address(avatar))
    sent = as_stranger.post(address(avatar), {"name": "Mine", **fields_of("ember", "coal"), "_save": "Save"})

    assert {shown.status_code, sent.status_code} <= {302, 403, 404}
    assert avatar.name not in as_stranger.get(address(Avatar, "changelist")).content.decode()
    assert _stored(avatar).palette == before


@pytest.mark.parametrize(("look", "palette"), READY)
def test_every_ready_look_is_one_that_can_be_saved(studio: Studio, look: str, palette: str) -> None:
    with studio_scope(studio.pk):
        avatar = Avatar(name="Ready", studio=studio, **fields_of(look, palette))

        avatar.full_clean()

    assert set(fields_of(look, palette)) == {*COLOURS, *PARTS.values()}


def test_the_looks_are_really_different() -> None:
    worn = [[look.parts[field] for look in LOOKS] for field in ("hair_style", "crown")]

    assert len(LOOKS) >= 3
    assert all(len(set(words)) == len(LOOKS) for words in worn)
    assert len({tuple(palette.colours.values()) for look in LOOKS for palette in look.palettes}) == len(READY)


def test_the_admin_and_the_stage_use_the_same_words() -> None:
    for part, field in PARTS.items():
        offered = [value for value, _label in cast("CharField[Any, Any]", Avatar._meta.get_field(field)).choices or ()]

        assert _words_of_the_stage("parts.js", rf"\b{part}: [^\[]*\[([^\]]+)\]") == offered, part
    drawn = re.findall(r"^  (\w+): \{", (PUPPET / "expressions.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(drawn) == sorted(FACES)
    moved = re.findall(r"^  (\w+): \{", (PUPPET / "motions.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(moved) == sorted(MOTIONS)
    mouths = re.findall(r"^  (\w+): lips\(", (PUPPET / "visemes.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(mouths) == sorted(VISEMES)
    colours = re.findall(r"^  (\w+): '#", (PUPPET / "palette.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(colours) == sorted(COLOURS)
