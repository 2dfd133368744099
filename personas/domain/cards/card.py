"""A chara_card of any version over its untouched JSON: what it says, and the same card as another version.

Nothing a card holds is ever dropped: fields unknown here stay where they stand, in every version.
Sources: character-card-spec-v2 (spec_v1.md, spec_v2.md), character-card-spec-v3 (SPEC_V3.md).
"""

from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from personas.domain.cards.flaws import CardRefused, Flaw
from personas.domain.cards.plain_json import ACTIVE_ADDRESS

FIRST_FIELDS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
SECOND_TEXTS = ("creator_notes", "system_prompt", "post_history_instructions", "creator", "character_version")
LISTS = ("alternate_greetings", "tags", "group_only_greetings", "source")


class Version(StrEnum):
    """The versions of the format."""

    V1 = "1"
    V2 = "2"
    V3 = "3"


SPECS = {Version.V2: ("chara_card_v2", "2.0"), Version.V3: ("chara_card_v3", "3.0")}
KNOWN = {spec: version for version, (spec, _number) in SPECS.items()}


@dataclass(frozen=True, slots=True)
class Card:
    """A card.

    Attributes:
        version: Of the format.
        raw: The JSON object as it came; never changed in place.
    """

    version: Version
    raw: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The object that holds the fields: the card itself in V1, its `data` later."""
        found: dict[str, Any] = self.raw if self.version is Version.V1 else self.raw["data"]
        return found

    @property
    def is_newer(self) -> bool:
        """Whether it says to be of a later version than is known here."""
        try:
            return float(str(self.raw.get("spec_version", "0"))) > float(SPECS[Version.V3][1])
        except ValueError:
            return False

    def text(self, name: str) -> str:
        """Return a field as text; "" where it is something else."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts in a field that is a list."""
        value = self.data.get(name)
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()

    @property
    def extensions(self) -> dict[str, Any]:
        """What applications keep in the card."""
        value = self.data.get("extensions")
        return value if isinstance(value, dict) else {}

    @property
    def book(self) -> dict[str, Any] | None:
        """The lorebook in the card."""
        value = self.data.get("character_book")
        return value if isinstance(value, dict) else None


def read_card(value: Any) -> Card:
    """Return the card a JSON value is: by its `spec` first, and by its fields where it names none.

    Raises:
        CardRefused: It is no card, or it points to an address that runs something.
    """
    if not isinstance(value, dict):
        raise CardRefused(Flaw.NOT_A_CARD)
    spec = value.get("spec")
    if isinstance(spec, str) and spec.startswith("chara_card_v"):
        if not isinstance(value.get("data"), dict):
            raise CardRefused(Flaw.NOT_A_CARD)
        card = Card(KNOWN.get(spec, Version.V3), value)
    elif isinstance(value.get("name"), str) and len([one for one in FIRST_FIELDS if one in value]) > 1:
        card = Card(Version.V1, value)
    else:
        raise CardRefused(Flaw.NOT_A_CARD)
    _check_assets(card)
    return card


def as_version(card: Card, version: Version) -> Card:
    """Return the card as another version; of the same version it is returned as it is.

    V3 is told from V2 by its required fields, and V2 keeps V3's fields: they are unknown there, and survive.
    V1 is flat: the fields of `data` stand beside what stood around it.
    """
    if card.version is version:
        return card
    raw = deepcopy(card.raw)
    if version is Version.V1:
        beside = {name: value for name, value in raw.items() if name not in {"spec", "spec_version", "data"}}
        return Card(version, {**beside, **raw["data"]})
    data = raw if card.version is Version.V1 else raw["data"]
    spec, number = SPECS[version]
    for name in (*FIRST_FIELDS, *SECOND_TEXTS):
        data.setdefault(name, "")
    for name in ("alternate_greetings", "tags", *(["group_only_greetings"] if version is Version.V3 else [])):
        data.setdefault(name, [])
    data.setdefault("extensions", {})
    if card.version is Version.V1:
        return Card(version, {"spec": spec, "spec_version": number, "data": data})
    return Card(version, {**raw, "spec": spec, "spec_version": number})


def with_fields(card: Card, changes: dict[str, Any]) -> Card:
    """Return the card with other values in some fields of its data; the older fields beside `data` follow."""
    if not changes:
        return card
    raw = deepcopy(card.raw)
    data = raw if card.version is Version.V1 else raw["data"]
    for name, value in changes.items():
        data[name] = value
        if name in FIRST_FIELDS and name in raw:
            raw[name] = value
    return Card(card.version, raw)


def empty_card() -> Card:
    """Return a V3 card without a word."""
    return as_version(Card(Version.V1, dict.fromkeys(FIRST_FIELDS, "")), Version.V3)


def _check_assets(card: Card) -> None:
    assets = card.data.get("assets")
    for asset in assets if isinstance(assets, list) else []:
        address = asset.get("uri") if isinstance(asset, dict) else None
        if isinstance(address, str) and ACTIVE_ADDRESS.match(address):
            raise CardRefused(Flaw.SCRIPT)
        if isinstance(address, str) and ".." in address.split("://")[-1].split("/") and address.startswith("embe"):
            raise CardRefused(Flaw.UNSAFE_NAME)
