"""From card to character and back: nothing is lost either way, whatever either of them holds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from personas.domain.cards.card import Version, as_version, empty_card, read_card
from personas.domain.cards.files import card_json, read_file
from personas.domain.cards.lore import Caution, LoreText
from personas.domain.cards.mapping import Draft, language_of, read_character, shortened, write_character
from personas.domain.cards.options import LOGICS, ROLES
from tests.personas.domain.cards.card_values import CARDS, TEXT

WORDS = st.text("abc é\n*", max_size=20)
DRAFTS = st.builds(
    Draft,
    name=st.text("abc", max_size=5),
    language=st.sampled_from(["en", "ru", "zh"]),
    **dict.fromkeys(("identity", "style_rules", "do_rules", "dont_rules", "speech_samples", "knowledge"), WORDS | TEXT),
    phrases=st.dictionaries(st.sampled_from(["greeting", "thanks"]), st.lists(WORDS, max_size=3), max_size=2),
    stream_mode=st.booleans(),
    creativity=st.floats(0, 1),
    output_format=st.sampled_from(["tags", "json"]),
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(16, 400),
    motions=st.lists(st.sampled_from(["nod", "wave"]), max_size=2),
    emotions=st.none() | st.just([{"name": "joy", "face": "joy"}]),
)
KEYS = st.text("abc", min_size=1, max_size=3) | st.sampled_from(["/te+a/i", "/cu{1,2}p/"])
LORE = st.lists(
    st.builds(
        LoreText,
        keys=st.lists(KEYS, min_size=1, max_size=3, unique=True).map(", ".join),
        secondary_keys=st.lists(KEYS, max_size=2, unique=True).map(", ".join),
        excluded_keys=st.lists(KEYS, max_size=2, unique=True).map(", ".join),
        content=st.text("xyz", min_size=1, max_size=5),
        logic=st.sampled_from(LOGICS),
        place=st.sampled_from(["before", "after", "depth"]),
        role=st.sampled_from(ROLES),
        depth=st.integers(0, 20),
        scan_depth=st.none() | st.integers(0, 20),
        priority=st.integers(-5, 200),
        probability=st.integers(0, 100),
        **dict.fromkeys(
            ("is_case_sensitive", "is_whole_words", "starts_others", "is_started_by_others"), st.booleans()
        ),
        is_constant=st.booleans(),
        is_enabled=st.booleans(),
        position=st.integers(0, 200),
    ),
    max_size=4,
).map(tuple)

MIRA: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Mira",
        "description": "{{char}} talks to {{user}} at night.",
        "personality": "Dry humour.",
        "scenario": "A radio studio.",
        "first_mes": "Hello, {{user}}!\nStay a while.",
        "alternate_greetings": ["Evening, owls."],
        "mes_example": "<START>\n{{user}}: hi\n{{char}}: Hi yourself.\nSit down.\n<START>\n<BOT>: Tea?",
        "system_prompt": "{{original}}\nShort lines.",
        "post_history_instructions": "Stay kind.",
        "extensions": {"depth_prompt": {"prompt": "{{char}} yawns.", "depth": 4, "role": "system"}, "fav": True},
        "character_book": {
            "entries": [
                {"keys": ["tea", "cup"], "content": "Tea is at five.", "enabled": True, "insertion_order": 3, "x": 1}
            ],
            "extensions": {},
        },
    },
}


@given(CARDS)
def test_a_character_that_did_not_change_gives_the_same_card(raw: dict[str, Any]) -> None:
    card = read_card(raw)
    reading = read_character(card)

    again = write_character(card, reading.draft, reading.lore)

    assert again == card


@given(CARDS, DRAFTS, LORE, st.sampled_from(Version))
def test_a_character_comes_back_from_any_card_it_was_written_on(
    raw: dict[str, Any], draft: Draft, lore: tuple[LoreText, ...], version: Version
) -> None:
    card = write_character(read_card(raw), draft, lore)

    read = read_file(card_json(card, version)).card
    assert read is not None
    reading = read_character(read)

    assert reading.draft == draft or version is Version.V1
    assert sorted(map(str, reading.lore)) == sorted(map(str, lore))


@given(CARDS, DRAFTS)
def test_what_a_card_holds_beside_the_character_survives_its_change(raw: dict[str, Any], draft: Draft) -> None:
    card = read_card(raw)

    other = write_character(card, draft, read_character(card).lore)

    for name in card.data.keys() - {"extensions"}:
        if name.startswith("x_") or name in {"tags", "nickname", "character_book"}:
            assert other.data[name] == card.data[name]
    assert {name: other.extensions[name] for name in card.extensions} == card.extensions


def test_fields_find_their_places() -> None:
    reading = read_character(read_card(MIRA))

    assert reading.draft == Draft(
        name="Mira",
        identity="Mira talks to the viewer at night.\n\nDry humour.\n\nA radio studio.",
        style_rules="Short lines.",
        do_rules="Stay kind.\nMira yawns.",
        speech_samples="Hi yourself.\nSit down.\nTea?",
        phrases={"greeting": ["Hello, {name}! Stay a while.", "Evening, owls."]},
    )
    assert reading.lore == (LoreText("tea, cup", "Tea is at five.", position=3),)
    assert reading.cautions == {}


def test_a_changed_entry_keeps_its_unknown_fields_and_a_dropped_one_goes() -> None:
    card = read_card(MIRA)
    draft = read_character(card).draft

    changed = write_character(card, draft, (LoreText("tea, cup", "Tea is at six.", position=3),))
    dropped = write_character(card, draft, ())

    assert changed.book is not None
    assert dropped.book is not None
    assert [(one["content"], one["x"]) for one in changed.book["entries"]] == [("Tea is at six.", 1)]
    assert dropped.book["entries"] == []


def test_what_plays_no_part_here_is_told() -> None:
    entries = [
        {"keys": ["/te+a(?=cup)/"], "content": "Hot.", "enabled": False, "extensions": {"position": 7, "sticky": 3}},
        {"keys": ["milk"], "content": "Cold. " * 500},
    ]
    data = {**MIRA["data"], "description": "Long. " * 2000, "character_book": {"entries": entries}}

    reading = read_character(read_card({**MIRA, "data": data}))

    assert set(reading.cautions) == set(Caution) - {Caution.NEWER, Caution.KEYS, Caution.SETTINGS}  # of other files
    assert [one.is_enabled for one in reading.lore] == [False, True]
    assert len(reading.draft.identity) <= 8000


def test_a_new_character_becomes_a_whole_v3_card() -> None:
    card = write_character(empty_card(), Draft(name="Vera", identity="You are Vera.", dont_rules="No spoilers."), ())

    assert card.raw["spec"] == "chara_card_v3"
    assert card.data["group_only_greetings"] == []
    assert card.extensions == {"vtcontrol": {"dont_rules": "No spoilers."}}
    assert as_version(card, Version.V2).text("description") == "You are Vera."


def test_the_language_is_that_of_most_letters() -> None:
    assert [language_of(text) for text in ("Hello", "Привет, OK", "你好 hi", "")] == ["en", "ru", "zh", "en"]


def test_texts_are_cut_where_a_sentence_ends() -> None:
    assert shortened("One two. Three four five", 14) == "One two."
    assert shortened("x" * 30, 10) == "x" * 10
