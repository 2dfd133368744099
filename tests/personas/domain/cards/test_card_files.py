"""Reading and writing cards: nothing is lost on any way through, and hostile files are refused by name."""

import base64
import io
import json
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.domain.cards.card import Card, Version, as_version, read_card, with_fields
from personas.domain.cards.files import (
    Container,
    card_bundle,
    card_json,
    card_picture,
    read_file,
)
from personas.domain.cards.flaws import JSON_LARGEST, CardRefused, Flaw
from personas.domain.cards.picture import SIGNATURE, Chunk, neutral_picture, write_picture
from tests.personas.domain.cards.card_values import CARDS, later_cards

MIRA: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {"name": "Mira", "description": "A host.", "extensions": {}},
}
COVER = neutral_picture(2, 2)


def _flaw(raw: bytes) -> Flaw:
    with pytest.raises(CardRefused) as refusal:
        read_file(raw)
    return refusal.value.flaw


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _with_chunks(*chunks: Chunk) -> bytes:
    return COVER[:-12] + b"".join(chunk.packed() for chunk in chunks) + COVER[-12:]


def _coded(card: dict[str, Any]) -> bytes:
    return base64.b64encode(json.dumps(card).encode())


@given(CARDS)
def test_a_card_as_json_comes_back_as_it_was(raw: dict[str, Any]) -> None:
    card = read_card(raw)

    again = read_file(card_json(card, card.version)).card

    assert again == card


@given(later_cards(), st.sampled_from([b"", COVER]))
@settings(max_examples=40)
def test_a_picture_and_a_bundle_lose_nothing(raw: dict[str, Any], cover: bytes) -> None:
    card = as_version(read_card(raw), Version.V3)
    files = {"assets/icon/images/main.png": COVER, "notes.txt": b"\x00\xff"}

    picture = read_file(card_picture(card, cover or COVER))
    bundle = read_file(card_bundle(card, files))

    assert (picture.container, picture.card) == (Container.PICTURE, card)
    assert (bundle.container, bundle.card, bundle.files) == (Container.BUNDLE, card, files)


@given(CARDS)
def test_another_version_keeps_every_field(raw: dict[str, Any]) -> None:
    card = read_card(raw)

    for version in (Version.V2, Version.V3):
        other = as_version(card, version)
        assert {name: other.data[name] for name in card.data} == card.data
        back = as_version(other, card.version)
        assert {name: back.data[name] for name in card.data} == card.data


@given(later_cards())
def test_a_changed_field_changes_nothing_else(raw: dict[str, Any]) -> None:
    card = read_card(raw)

    other = with_fields(card, {"description": "new"})

    assert other.data == {**card.data, "description": "new"}
    assert {**other.raw, "data": card.data} == card.raw


@given(st.binary(max_size=300), st.sampled_from([b"", SIGNATURE, b"PK\x03\x04", COVER[:60], b"[" * 40, b'{"name":']))
def test_no_bytes_do_more_than_be_refused(tail: bytes, head: bytes) -> None:
    with suppress(CardRefused):
        read_file(head + tail)


def test_a_hybrid_is_read_by_its_spec_and_data_wins() -> None:
    card = read_card({**MIRA, "name": "Old name", "description": "Old."})

    changed = with_fields(card, {"name": "Vera"})

    assert card.text("name") == "Mira"
    assert (changed.raw["name"], changed.data["name"]) == ("Vera", "Vera")


def test_a_newer_version_is_read_with_a_note() -> None:
    card = read_card({**MIRA, "spec": "chara_card_v3", "spec_version": "4.1"})

    assert card.version is Version.V3
    assert card.is_newer


def test_ccv3_wins_over_chara_whatever_the_case_of_its_name() -> None:
    third = {**MIRA, "spec": "chara_card_v3", "spec_version": "3.0"}
    raw = _with_chunks(Chunk(b"tEXt", b"Chara\0" + _coded(MIRA)), Chunk(b"tEXt", b"CCV3\0" + _coded(third)))

    assert read_file(raw).card == read_card(third)


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_international_text_chunk_is_read_too(is_packed: bool) -> None:
    text = zlib.compress(_coded(MIRA)) if is_packed else _coded(MIRA)
    raw = _with_chunks(Chunk(b"iTXt", b"chara\0" + bytes([is_packed, 0]) + b"\0\0" + text))

    assert read_file(raw).card == read_card(MIRA)


def test_writing_replaces_old_cards_and_leaves_the_other_chunks() -> None:
    animated = _with_chunks(
        Chunk(b"tEXt", b"chara\0" + _coded(MIRA)), Chunk(b"fdAT", b"frame"), Chunk(b"tEXt", b"Author\0Ann")
    )

    raw = write_picture(animated, {"ccv3": b"{}"})

    assert raw.count(b"chara") == 0
    assert b"fdATframe" in raw
    assert b"Author\0Ann" in raw


def test_lore_loses_its_decorators_on_the_way_back_to_v2() -> None:
    book = {"entries": [{"keys": ["tea"], "content": "@@depth 2\n@@@role user\nTea is at five."}], "extensions": {}}
    card = read_card({"spec": "chara_card_v3", "spec_version": "3.0", "data": {**MIRA["data"], "character_book": book}})

    older = json.loads(card_json(card, Version.V2))

    assert older["data"]["character_book"]["entries"][0]["content"] == "Tea is at five."
    assert card.book == book


def _pointing(address: str) -> dict[str, Any]:
    return {**MIRA, "data": {"name": "Mira", "assets": [{"type": "icon", "uri": address}]}}


BOMB = _zip({"card.json": json.dumps(MIRA).encode(), "assets/zeros": bytes(45 * 1024 * 1024)})
SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">',
    "< / SCRIPT >",
]


@pytest.mark.parametrize(
    ("raw", "flaw"),
    [
        (BOMB, Flaw.TOO_LARGE),
        (_zip({"card.json": b" " * (JSON_LARGEST + 1)}), Flaw.TOO_LARGE),
        (_zip({"card.json": b"{}", **{f"a/{number}": b"" for number in range(600)}}), Flaw.TOO_LARGE),
        (_zip({"../card.json": b"{}"}), Flaw.UNSAFE_NAME),
        (_zip({"card.json": b"{}", "/etc/passwd": b""}), Flaw.UNSAFE_NAME),
        (_zip({"card.json": b"{}", "C:\\x": b""}), Flaw.UNSAFE_NAME),
        (_zip({"readme.txt": b"hello"}), Flaw.NO_CARD_INSIDE),
        (_zip({"card.json": b"{}"})[:-30], Flaw.BROKEN_BUNDLE),
        (COVER, Flaw.NO_CARD_INSIDE),
        (COVER[:-14] + b"\0" + COVER[-13:], Flaw.BROKEN_PICTURE),
        (COVER[:-12], Flaw.BROKEN_PICTURE),
        (SIGNATURE + struct.pack(">I", 100 * 1024 * 1024) + b"IHDR", Flaw.BROKEN_PICTURE),
        (_with_chunks(Chunk(b"tEXt", b"chara\0not base64!")), Flaw.BROKEN_CODING),
        (_with_chunks(Chunk(b"zTXt", b"chara\0\0" + zlib.compress(bytes(9 * 1024 * 1024)))), Flaw.TOO_LARGE),
        (_with_chunks(*(Chunk(b"tEXt", b"chara\0" + _coded({**MIRA, "n": n})) for n in (1, 2))), Flaw.TWO_CARDS),
        (bytes(13 * 1024 * 1024), Flaw.TOO_LARGE),
        (b'{"a":' * 5000, Flaw.TOO_DEEP),
        (b'{"name": "a", "name": "b"}', Flaw.TWICE_NAMED),
        (b'{"name": NaN}', Flaw.NOT_JSON),
        (b'{"name": 1e999}', Flaw.NOT_JSON),
        (b'{"name": ' + b"9" * 5000 + b"}", Flaw.NOT_JSON),
        (b'{"name": "\\u0000"}', Flaw.NOT_TEXT),
        (b'{"name": "\\ud800"}', Flaw.NOT_TEXT),
        (b"\xff\xfe", Flaw.NOT_TEXT),
        (b"[" + b"0," * 150_000 + b"0]", Flaw.TOO_LARGE),
        (b'"' + b'\\"' * 900_000, Flaw.NOT_JSON),
        (b"[]", Flaw.NOT_A_CARD),
        (b'{"hello": "world"}', Flaw.NOT_A_CARD),
        (b'{"spec": "chara_card_v3", "data": []}', Flaw.NOT_A_CARD),
        (json.dumps({"entries": [{}] * 2001}).encode(), Flaw.TOO_MANY_ENTRIES),
        *((json.dumps({**MIRA, "note": text}).encode(), Flaw.SCRIPT) for text in SCRIPTS),
        (json.dumps(_pointing("javascript:1")).encode(), Flaw.SCRIPT),
        (json.dumps(_pointing("embeded://../x")).encode(), Flaw.UNSAFE_NAME),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_by_name(raw: bytes, flaw: Flaw) -> None:
    assert _flaw(raw) is flaw


@pytest.mark.parametrize(
    "text", ["Her JavaScript: a hobby.", "a < b and on the way = fine", "<START>\n{{char}}: hi", "<3 one = two"]
)
def test_innocent_text_is_not_taken_for_script(text: str) -> None:
    card = read_file(json.dumps({"name": "Mira", "description": text}).encode()).card

    assert card == Card(Version.V1, {"name": "Mira", "description": text})
