"""Cards in the admin: looked at before anything is written, decided about, and handed out again whole."""

import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from memory.models import Lore
from personas.domain.cards.card import Version, as_version, read_card
from personas.domain.cards.files import card_bundle, card_picture, read_file
from personas.domain.cards.picture import neutral_picture
from personas.models import CardSource, Emotion, Persona, Revision
from tests.admin.pages import address, page_text, save
from tests.factories.personas import Character
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

IMPORT = "/admin/personas/persona/import-card/"
CARD: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Vera",
        "description": "{{char}} keeps a lighthouse.\r\nShe likes {{user}}.",
        "personality": "Calm.",
        "scenario": "",
        "first_mes": "Ahoy, {{user}}!",
        "mes_example": "<START>\n{{char}}: The lamp is lit.",
        "creator_notes": "<b>bold</b> & more",
        "system_prompt": "",
        "post_history_instructions": "Stay calm.",
        "alternate_greetings": [],
        "tags": ["sea"],
        "creator": "Ann",
        "character_version": "1.2",
        "extensions": {"depth_prompt": {"prompt": "Fog.", "depth": 4}, "x": {"y": [1, 2.5, None]}},
        "character_book": {
            "entries": [
                {"keys": ["lamp", "light"], "content": "@@depth 3\nThe lamp is from 1880.", "enabled": True,
                 "insertion_order": 5, "extensions": {"position": 1}, "unknown": True},
                {"keys": ["/st+orm/"], "content": "It sank two ships.", "enabled": True, "insertion_order": 6},
            ],
            "extensions": {},
            "scan_depth": 3,
        },
        "unknown": "kept",
    },
    "also": "kept",
}  # fmt: skip


def _bytes(card: Any) -> bytes:
    return json.dumps(card).encode()


def _look(client: Client, raw: bytes) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("card", raw)})


def _take(client: Client, raw: bytes, character: Character, **changes: Any) -> Any:
    _look(client, raw)
    fields = {
        "digest": hashlib.sha256(raw).hexdigest(), "name": "Vera", "choice": "new",
        "voice": str(character.voice.pk), "avatar": str(character.avatar.pk),
    }  # fmt: skip
    return client.post(IMPORT, {**fields, **changes})


def _named(studio: Studio, name: str = "Vera") -> Persona:
    with studio_scope(studio.pk):
        found: Persona = Persona.objects.get(name=name)
    return found


def _lore(persona: Persona) -> list[str]:
    with studio_scope(persona.studio_id):
        return list(Lore.objects.filter(persona=persona).values_list("content", flat=True))


def _export(client: Client, persona: Persona, form: str) -> bytes:
    answer = client.get(f"{address(persona, 'card')}?as={form}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    content: bytes = answer.content
    return content


def test_a_file_is_shown_before_anything_is_written(as_manager: Client, character: Character, studio: Studio) -> None:
    page = _look(as_manager, _bytes(CARD)).content.decode()

    assert "Vera keeps a lighthouse." in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "The lamp is from 1880." in page
    with studio_scope(studio.pk):
        assert [row.name for row in Persona.objects.all()] == [character.persona.name]
        assert not Lore.objects.exists()


def test_a_card_becomes_a_character_with_lore_feelings_and_a_revision(
    as_manager: Client, character: Character, studio: Studio
) -> None:
    answer = _take(as_manager, _bytes(CARD), character)

    vera = _named(studio)
    assert answer["Location"] == address(vera)
    assert vera.identity == "Vera keeps a lighthouse.\nShe likes the viewer.\n\nCalm."
    assert vera.phrases == {"greeting": ["Ahoy, {name}!"]}
    assert (vera.speech_samples, vera.do_rules) == ("The lamp is lit.", "Stay calm.\nFog.")
    with studio_scope(studio.pk):
        rows = Lore.objects.filter(persona=vera).values_list("keys", "is_enabled", "position")
        assert list(rows) == [("lamp, light", True, 5), ("/st+orm/", True, 6)]
        assert Emotion.objects.filter(persona=vera, name="joy").exists()
        assert Revision.objects.filter(persona=vera).count() == 1


@pytest.mark.parametrize("resave", [False, True])
def test_what_came_in_goes_out_unchanged(
    as_manager: Client, character: Character, studio: Studio, *, resave: bool
) -> None:
    _take(as_manager, _bytes(CARD), character)
    vera = _named(studio)
    if resave:
        assert save(as_manager, address(vera)).status_code == 302

    second, third = json.loads(_export(as_manager, vera, "v2")), json.loads(_export(as_manager, vera, "v3"))

    assert third == as_version(read_card(CARD), Version.V3).raw
    assert second == CARD


def test_a_picture_and_a_bundle_go_out_with_what_was_around_the_card(
    as_manager: Client, character: Character, studio: Studio
) -> None:
    card = as_version(read_card(CARD), Version.V3)
    cover, files = neutral_picture(3, 3), {"assets/icon/images/main.png": b"\x89icon"}
    for raw, name in ((card_picture(card, cover), "Vera"), (card_bundle(card, files), "Nora")):
        _take(as_manager, raw, character, name=name)

    picture = _export(as_manager, _named(studio), "picture")
    bundle = read_file(_export(as_manager, _named(studio, "Nora"), "bundle"))

    assert picture.startswith(cover[:-12])
    assert read_file(picture).card == card
    assert bundle.files == files
    assert bundle.card is not None
    assert bundle.card.text("name") == "Nora"


def test_a_character_made_here_comes_back_as_it_was(as_manager: Client, character: Character, studio: Studio) -> None:
    mira = character.persona
    with studio_scope(studio.pk):
        Lore(persona=mira, keys="tea", content="Tea is at five.").save()
    raw = _export(as_manager, mira, "picture")

    _take(as_manager, raw, character, name="Twin")

    twin = _named(studio, "Twin")
    for name in ("identity", "dont_rules", "knowledge", "phrases", "motions", "style_rules", "speech_samples"):
        assert getattr(twin, name) == getattr(mira, name)
    with studio_scope(studio.pk):
        feelings = [
            list(Emotion.objects.filter(persona=one).values_list("name", "aliases", "position")) for one in (mira, twin)
        ]
    assert feelings[0] == feelings[1]
    assert _lore(twin) == ["Tea is at five."]


def test_a_taken_name_asks_for_a_decision(as_manager: Client, character: Character, studio: Studio) -> None:
    _take(as_manager, _bytes(CARD), character)
    with studio_scope(studio.pk):
        Lore(persona=_named(studio), keys="own", content="Written here.").save()
    fresh = {**CARD, "data": {**CARD["data"], "personality": "Wild.", "character_book": {"entries": []}}}

    refused = _take(as_manager, _bytes(fresh), character)
    assert "Another character has this name" in refused.content.decode()
    assert _named(studio).identity.endswith("Calm.")

    _take(as_manager, _bytes(fresh), character, choice="both")
    assert _named(studio, "Vera 2").identity.endswith("Wild.")
    assert _named(studio).identity.endswith("Calm.")

    _take(as_manager, _bytes(fresh), character, choice="replace")
    assert _named(studio).identity.endswith("Wild.")
    assert _lore(_named(studio)) == ["Written here."]


def test_a_card_that_cannot_be_taken_whole_changes_nothing(
    as_manager: Client, character: Character, studio: Studio
) -> None:
    own = {"vtcontrol": {"emotions": [{"name": "joy", "face": "joy"}, {"name": "Not a tag!", "face": "joy"}]}}
    raw = _bytes({**CARD, "data": {**CARD["data"], "extensions": own}})

    answer = _take(as_manager, raw, character)

    assert "cannot be taken over" in answer.content.decode()
    with studio_scope(studio.pk):
        assert not Persona.objects.filter(name="Vera").exists()
        assert not CardSource.objects.exists()


def test_a_world_of_sillytavern_joins_a_character_and_leaves_as_a_lorebook(
    as_manager: Client, character: Character, studio: Studio
) -> None:
    world = {"entries": {"0": {"key": ["tea"], "content": "Tea is at five.", "order": 4, "sticky": 2}}}
    raw = _bytes(world)

    for _again in range(2):
        _take(as_manager, raw, character, persona=str(character.persona.pk), choice="both")

    assert _lore(character.persona) == ["Tea is at five."]
    book = json.loads(_export(as_manager, character.persona, "book"))
    assert book["spec"] == "lorebook_v3"
    entry = book["data"]["entries"][0]
    assert (entry["keys"], entry["extensions"]["sillytavern_world"]["sticky"]) == (["tea"], 2)


def test_more_lore_than_a_file_may_bring_still_leaves(as_manager: Client, character: Character, studio: Studio) -> None:
    with studio_scope(studio.pk):
        rows = [Lore(persona=character.persona, keys=f"key{n}", content=f"Fact {n}.") for n in range(2100)]
        Lore.objects.bulk_create(rows)

    book = json.loads(_export(as_manager, character.persona, "book"))

    assert len(book["data"]["entries"]) == 2100


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [(b"hello", "no valid JSON"), (b'{"a": "<script>"}', "holds a script"), (b"{}", "neither a character card")],
)
def test_a_refused_file_says_why(as_manager: Client, character: Character, raw: bytes, sentence: str) -> None:
    assert sentence in _look(as_manager, raw).content.decode()


def test_a_decision_about_another_file_is_not_carried_out(
    as_manager: Client, character: Character, studio: Studio
) -> None:
    answer = _take(as_manager, _bytes(CARD), character, digest="0" * 64)

    assert answer["Location"] == IMPORT
    assert "no longer here" in page_text(as_manager, IMPORT)
    with studio_scope(studio.pk):
        assert not Persona.objects.filter(name="Vera").exists()


@pytest.mark.parametrize("who", ["as_moderator", "as_observer"])
def test_who_may_not_change_characters_has_no_cards(
    request: pytest.FixtureRequest, who: str, character: Character
) -> None:
    client: Client = request.getfixturevalue(who)

    assert client.get(IMPORT).status_code == 403
    assert _look(client, _bytes(CARD)).status_code == 403
    assert client.get(f"{address(character.persona, 'card')}?as=v3").status_code == 403
    assert IMPORT not in page_text(client, address(Persona, "changelist"))


def test_a_stranger_gets_no_card_and_takes_no_voice_of_ours(
    as_stranger: Client, character: Character, other_character: Character, other_studio: Studio
) -> None:
    assert as_stranger.get(f"{address(character.persona, 'card')}?as=v3").status_code in {302, 404}

    refused = _take(as_stranger, _bytes(CARD), character)

    assert refused.status_code == 200
    with studio_scope(other_studio.pk):
        assert not Persona.objects.filter(name="Vera").exists()


def test_the_import_is_offered_beside_the_list(as_manager: Client, character: Character) -> None:
    assert reverse("admin:personas_persona_import_card") == IMPORT
    assert IMPORT in page_text(as_manager, address(Persona, "changelist"))
    assert "?as=bundle" in page_text(as_manager, address(character.persona, "card"))
