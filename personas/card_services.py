"""Characters from cards and back: everything of an import in one transaction, and exports that lose nothing."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from personas.appearance import FACES
from personas.domain.cards import open_llm_vtuber
from personas.domain.cards.book import Book, card_entries, read_book, standalone, with_entries
from personas.domain.cards.bundle import CARD, read_bundle
from personas.domain.cards.card import Card, Version, empty_card, read_card, with_fields
from personas.domain.cards.files import CardFile, Container, card_bundle, card_json, card_picture
from personas.domain.cards.foreign_engines import ForeignEngines, engines_of
from personas.domain.cards.lore import LoreText, book_of, lore_of
from personas.domain.cards.mapping import Draft, Reading, read_character, write_character
from personas.domain.cards.plain_json import write_json
from personas.lore_shelf import lore_shelf
from personas.models import CardSource, Emotion, Persona, Reaction
from personas.selectors import EMOTION_FIELDS, PERSONA_FIELDS, REACTION_FIELDS
from personas.services import record_revision
from personas.services.contents import check_row
from personas.services.foreign_engines import make_brain, make_voice
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.tenancy.names import free_name

EMOTIONS_MOST, REACTIONS_MOST = 60, 30


class Choice(StrEnum):
    """What becomes of a card whose name is taken, or of a lorebook for a character that has lore."""

    NEW = "new"
    REPLACE = "replace"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person who imports decided.

    Attributes:
        name: What the character is to be called.
        choice: What becomes of one that has this name.
        voice: Of a new character.
        avatar: Of a new character.
        by: Who imports.
        brain: What it thinks with from now on, or None for what it would have anyway.
        makes_brain: A brain is made of what the file names.
        makes_voice: A voice is made of what the file names, and is the character's.
    """

    name: str
    choice: Choice
    voice: Any
    avatar: Any
    by: Any
    brain: Any = None
    makes_brain: bool = False
    makes_voice: bool = False


def foreign_engines(card: Card) -> ForeignEngines | None:
    """Return what engines a card's foreign settings name; None for a card that is none of another program."""
    kept = card.extensions.get(open_llm_vtuber.OURS)
    settings = kept.get("settings") if isinstance(kept, dict) else None
    return engines_of(settings) if isinstance(settings, dict) else None


def _with_engines(persona: Persona, card: Card, wish: Wish) -> None:
    """Give a character the brain and the voice that were decided on."""
    named = foreign_engines(card)
    brain, voice = (named.brain, named.voice) if named is not None else (None, None)
    if wish.makes_brain and brain is not None:
        persona.brain = make_brain(brain, wish.name)
    elif wish.brain is not None:
        persona.brain = wish.brain
    if (wish.makes_brain or wish.brain is not None) and brain is not None and brain.temperature is not None:
        persona.temperature = brain.temperature
    if wish.makes_voice and voice is not None:
        persona.voice = make_voice(voice, wish.name)


def namesake(name: str) -> Persona | None:
    """Return the character of this name in the scope's studio."""
    found: Persona | None = Persona.objects.filter(name=name).first()
    return found


@transaction.atomic
def import_card(file: CardFile, raw: bytes, wish: Wish) -> Persona:
    """Make a character of a card, or make an existing one what the card says.

    Raises:
        InputInvalid: The name is taken, or the card's values cannot be taken over; nothing is written then.
    """
    if file.card is None:
        raise NotFound
    reading = read_character(file.card)
    there = namesake(wish.name)
    if there is not None and wish.choice is Choice.NEW:
        raise InputInvalid(_("Another character has this name. Replace it, or keep both."), field="choice")
    if there is not None and wish.choice is Choice.REPLACE:
        persona = there
        lore_shelf().take_out(persona, _earlier(persona))
    else:
        name = free_name(Persona, wish.name)
        persona = Persona(name=name, voice=wish.voice, avatar=wish.avatar)
    is_new = persona is not there
    _fill(persona, reading.draft)
    _with_engines(persona, file.card, wish)
    check_row(persona)
    persona.save()
    _add_parts(persona, reading.draft, is_new=is_new)
    lore_shelf().put_in(persona, reading.lore)
    _keep(persona, file.card, file.container, raw)
    record_revision(persona, by=wish.by)
    return persona


@transaction.atomic
def import_book(book: Book, persona: Persona, choice: Choice) -> int:
    """Give a character the lore of a lorebook, beside what it has or in its place; return how many pieces came."""
    shelf = lore_shelf()
    base = base_card(persona)
    entries = card_entries(book)
    own = read_book(base.book or {"entries": [], "extensions": {}})
    if choice is Choice.REPLACE:
        shelf.take_out(persona)
    else:
        entries = [*own.raw_entries, *(entry for entry in entries if entry not in own.raw_entries)]
    lore, _cautions = lore_of(book)
    count = shelf.put_in(persona, lore)
    source = CardSource.objects.filter(persona=persona).first()
    if source is None:
        source = CardSource(persona=persona, container=Container.JSON)
    source.card = with_fields(base, {"character_book": with_entries(own, entries).raw}).raw
    source.save()
    return count


def base_card(persona: Persona) -> Card:
    """Return the card the character came from, or an empty one."""
    raw = CardSource.objects.filter(persona=persona).values_list("card", flat=True).first()
    return empty_card() if raw is None else read_card(raw)


def card_of(persona: Persona) -> Card:
    """Return the character as it is now on the card it came from."""
    return write_character(base_card(persona), draft_of(persona), lore_shelf().read(persona))


def exported(persona: Persona, form: str) -> tuple[bytes, str, str]:
    """Return a file of the character, its media type and the end of its name.

    Args:
        persona: Of the scope's studio.
        form: "v1", "v2", "v3", "picture", "bundle" or "book".

    Raises:
        NotFound: There is no such form.
    """
    card = card_of(persona)
    source = CardSource.objects.filter(persona=persona).first()
    kind, file = (source.container, bytes(source.file)) if source else ("", b"")
    if form == "picture":
        return card_picture(card, file if kind == Container.PICTURE else b""), "image/png", ".png"
    if form == "bundle":
        files = read_bundle(file) if kind == Container.BUNDLE and file else {}
        return (
            card_bundle(card, {name: one for name, one in files.items() if name != CARD}),
            "application/zip",
            ".charx",
        )
    if form == "book":
        inner = card.book or book_of(())
        return write_book(inner), "application/json", ".lorebook.json"
    versions = {"v1": Version.V1, "v2": Version.V2, "v3": Version.V3}
    if form not in versions:
        raise NotFound
    return card_json(card, versions[form]), "application/json", f".{form}.json"


def write_book(inner: dict[str, Any]) -> bytes:
    """Return a lorebook as a file of its own."""
    return write_json(standalone(inner))


def draft_of(persona: Persona) -> Draft:
    """Return the character as cards carry it. Two queries."""
    values = {name: _plain(getattr(persona, name)) for name in PERSONA_FIELDS}
    emotions = list(Emotion.objects.filter(persona=persona).order_by("position", "name").values(*EMOTION_FIELDS))
    reactions = list(Reaction.objects.filter(persona=persona).order_by("kind").values(*REACTION_FIELDS))
    return Draft(**values, emotions=None if emotions == _usual_emotions() else emotions, reactions=reactions)


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _usual_emotions() -> list[dict[str, Any]]:
    """Return what a character feels whose card does not say: every face there is."""
    rows = (Emotion(name=face, face=face, position=place) for place, face in enumerate(FACES))
    return [{name: getattr(row, name) for name in EMOTION_FIELDS} for row in rows]


def _fill(persona: Persona, draft: Draft) -> None:
    for name, value in asdict(draft).items():
        if name in PERSONA_FIELDS and name != "name":
            setattr(persona, name, value)


def _add_parts(persona: Persona, draft: Draft, *, is_new: bool) -> None:
    """Give the character its feelings and reactions; one that is replaced keeps its own where the card says none."""
    if is_new or draft.emotions is not None:
        Emotion.objects.filter(persona=persona).delete()
        _add(Emotion, persona, EMOTION_FIELDS, _usual_emotions() if draft.emotions is None else draft.emotions)
    if is_new or draft.reactions:
        Reaction.objects.filter(persona=persona).delete()
        _add(Reaction, persona, REACTION_FIELDS, draft.reactions)


def _add(model: Any, persona: Persona, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if len(rows) > (EMOTIONS_MOST if model is Emotion else REACTIONS_MOST):
        raise InputInvalid(_("The card brings too many feelings or reactions."))
    for values in rows:
        row = model(persona=persona, **{name: value for name, value in values.items() if name in names})
        check_row(row)
        row.save()


def _earlier(persona: Persona) -> tuple[LoreText, ...]:
    """Return the lore the character's last card brought; what people wrote themselves is not among it."""
    reading: Reading = read_character(base_card(persona))
    return reading.lore


def _keep(persona: Persona, card: Card, container: Container, raw: bytes) -> None:
    """Keep the card as it came, and the picture or the bundle around it."""
    source = CardSource.objects.filter(persona=persona).first() or CardSource(persona=persona)
    source.container, source.card = container, card.raw
    source.file = raw if container is not Container.JSON else b""
    source.save()
