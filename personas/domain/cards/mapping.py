"""What a card makes of a character, and what a character makes of a card.

Both ways lose nothing: a character made of a card and not changed since gives the same card back, and what a card has
no field for travels in its `extensions` under our name.
"""

import re
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from personas.domain.cards import open_llm_vtuber
from personas.domain.cards.book import read_book
from personas.domain.cards.card import Card, Version, with_fields
from personas.domain.cards.lore import Caution, LoreText, lore_of, with_lore

OURS = "vtcontrol"
VIEWER = {"en": "the viewer", "ru": "зритель", "zh": "观众"}
UNDESCRIBED = {"en": "You are {name}.", "ru": "Ты — {name}.", "zh": "你是{name}。"}
CHAR = re.compile(r"\{\{char\}\}|<bot>", re.IGNORECASE)
USER = re.compile(r"\{\{user\}\}|<user>", re.IGNORECASE)
ORIGINAL = re.compile(r"\{\{original\}\}", re.IGNORECASE)
START = re.compile(r"<start>", re.IGNORECASE)
SPEAKER = re.compile(r"^(?:\{\{(char|user)\}\}|<(bot|user)>)\s?:\s?", re.IGNORECASE)
CYRILLIC, CHINESE, LATIN = (
    re.compile("[а-яё]", re.IGNORECASE),
    re.compile("[一-鿿]"),
    re.compile("[a-z]", re.IGNORECASE),
)
NAME_MOST, IDENTITY_MOST, RULES_MOST, SAMPLES_MOST, GREETING_MOST, GREETINGS_MOST = 60, 8000, 4000, 6000, 300, 60


NULLABLE = {"temperature": 0.0, "top_p": 0.0, "max_tokens": 0}
"""Of what kind fields are that may be empty."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A character in words and numbers, as its rows hold it.

    Attributes:
        emotions: Fields of its feelings; None for the usual ones.
        reactions: Fields of its reactions.
    """

    name: str = ""
    language: str = "en"
    identity: str = ""
    style_rules: str = ""
    do_rules: str = ""
    dont_rules: str = ""
    speech_samples: str = ""
    knowledge: str = ""
    phrases: dict[str, list[str]] = field(default_factory=dict)
    stream_mode: bool = True
    spicy_mode: bool = False
    consistency: float = 0.7
    creativity: float = 0.6
    adaptability: float = 0.5
    motions: list[str] = field(default_factory=list)
    output_format: str = "tags"
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    max_tokens: int | None = None
    stop_sequences: str = ""
    emotions: list[dict[str, Any]] | None = None
    reactions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a card is read as.

    Attributes:
        draft: The character.
        lore: Its knowledge.
        cautions: What of the card plays no part here, with counts.
    """

    draft: Draft
    lore: tuple[LoreText, ...]
    cautions: dict[Caution, int]


def read_character(card: Card) -> Reading:
    """Return the character and the lore of a card."""
    lore, cautions = lore_of(read_book(card.book)) if card.book is not None else ((), {})
    draft, cuts = _of_words(card)
    cautions = {**cautions, **cuts}
    if card.is_newer:
        cautions[Caution.NEWER] = 1
    cautions = {**cautions, **_left_aside(card)}
    return Reading(_with_own(draft, card.extensions.get(OURS)), lore, cautions)


def _left_aside(card: Card) -> dict[Caution, int]:
    """Return what the settings of another program brought beside the character."""
    kept = card.extensions.get(open_llm_vtuber.OURS)
    if not isinstance(kept, dict):
        return {}
    keys, settings = kept.get("keys_left_out"), kept.get("settings")
    found = {Caution.KEYS: keys if isinstance(keys, int) else 0}
    found[Caution.SETTINGS] = len(settings) if isinstance(settings, dict) else 0
    return {caution: count for caution, count in found.items() if count > 0}


def write_character(base: Card, draft: Draft, lore: tuple[LoreText, ...]) -> Card:
    """Return a card of a character: `base`, with what differs from it, and nothing else changed.

    Args:
        base: The card the character came from, or an empty one.
        draft: The character as it is now.
        lore: Its knowledge as it is now.
    """
    card = with_lore(base, lore)
    if read_character(card).draft == draft:
        return card
    bare = {name: value for name, value in card.extensions.items() if name != OURS}
    if OURS in card.extensions:
        card = with_fields(card, {"extensions": bare})
    card = with_fields(card, _changes(card, draft))
    read = asdict(read_character(card).draft)
    own = {name: value for name, value in asdict(draft).items() if value != read[name]}
    return with_fields(card, {"extensions": {**card.extensions, OURS: own}}) if own else card


def language_of(text: str) -> str:
    """Return the language most of the letters belong to."""
    counts = {"ru": len(CYRILLIC.findall(text)), "zh": 3 * len(CHINESE.findall(text)), "en": len(LATIN.findall(text))}
    return max(counts, key=lambda code: (counts[code], code == "en"))


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` signs, cut behind a sentence or a word where one ends in its second half."""
    if len(text) <= most:
        return text
    head = text[:most]
    for ends in (".!?…。！？\n", " "):
        place = max(head.rfind(end) for end in ends)
        if place >= most // 2:
            return head[: place + 1].rstrip()
    return head


def _of_words(card: Card) -> tuple[Draft, dict[Caution, int]]:
    """Return the character in a card's own fields, and what was cut."""
    described = "\n\n".join(text for name in ("description", "personality", "scenario") if (text := card.text(name)))
    language = language_of(described + card.text("first_mes"))
    name = shortened(" ".join(card.text("name").split()), NAME_MOST)
    called = card.text("nickname").strip() or name

    def said(text: str, viewer: str = VIEWER[language]) -> str:
        plain = ORIGINAL.sub("", USER.sub(lambda _found: viewer, CHAR.sub(lambda _found: called, text)))
        return plain.replace("\r\n", "\n").replace("\r", "\n").strip()

    note = card.extensions.get("depth_prompt")
    noted = note.get("prompt") if isinstance(note, dict) else ""
    rules = [card.text("post_history_instructions"), noted if isinstance(noted, str) else ""]
    whole = {
        "identity": (said(described) or UNDESCRIBED[language].replace("{name}", called), IDENTITY_MOST),
        "style_rules": (said(card.text("system_prompt")), RULES_MOST),
        "do_rules": (said("\n".join(text for text in rules if text.strip())), RULES_MOST),
        "speech_samples": ("\n".join(said(line) for line in _samples(card.text("mes_example"))), SAMPLES_MOST),
    }
    texts: dict[str, Any] = {name: shortened(text, most) for name, (text, most) in whole.items()}
    cut = sum(len(text) > most for text, most in whole.values())
    heard = [" ".join(said(text, "{name}").split()) for text in _greetings(card)]
    greetings = list(dict.fromkeys(text for one in heard if (text := shortened(one, GREETING_MOST))))[:GREETINGS_MOST]
    cut += sum(len(text) > GREETING_MOST for text in heard)
    phrases = {"greeting": greetings} if greetings else {}
    return Draft(name=name, language=language, phrases=phrases, **texts), {Caution.CUT: cut} if cut else {}


def _greetings(card: Card) -> tuple[str, ...]:
    return (card.text("first_mes"), *card.texts("alternate_greetings"), *card.texts("group_only_greetings"))


def _samples(text: str) -> list[str]:
    """Return the character's own lines of the examples; a line without a speaker goes on with the one before."""
    found: list[str] = []
    is_own = False
    for line in START.sub("\n", text).splitlines():
        if speaker := SPEAKER.match(line):
            is_own = (speaker[1] or speaker[2]).lower() in {"char", "bot"}
            line = line[speaker.end() :]  # noqa: PLW2901 - the line without its speaker
        if is_own and line.strip():
            found.append(line.strip())
    return found


def _with_own(draft: Draft, own: Any) -> Draft:
    """Return the draft with the fields our own export put beside the card's, where they are of the right kind."""
    if not isinstance(own, dict):
        return draft
    fresh: dict[str, Any] = {}
    for one in fields(Draft):
        value, usual = own.get(one.name), NULLABLE.get(one.name, getattr(draft, one.name))
        if isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        wanted = list if one.name == "emotions" else type(usual)
        if type(value) is wanted and _is_flat(one.name, value):
            fresh[one.name] = value
    return replace(draft, **fresh)


def _is_flat(name: str, value: Any) -> bool:
    """Tell whether a list holds what the field's list does."""
    if not isinstance(value, list):
        return True
    kind = str if name == "motions" else dict
    return all(isinstance(one, kind) for one in value)


def _changes(card: Card, draft: Draft) -> dict[str, Any]:
    """Return the card's fields that say something else than the draft."""
    was = read_character(card).draft
    changes: dict[str, Any] = {}
    if draft.name != was.name:
        changes["name"] = draft.name
    if draft.identity != was.identity:
        changes |= {"description": draft.identity, "personality": "", "scenario": ""}
    if draft.speech_samples != was.speech_samples:
        lines = "\n".join(f"{{{{char}}}}: {line}" for line in draft.speech_samples.splitlines() if line.strip())
        changes["mes_example"] = f"<START>\n{lines}" if lines else ""
    now, before = draft.phrases.get("greeting", []), was.phrases.get("greeting", [])
    if now != before:
        changes["first_mes"] = now[0].replace("{name}", "{{user}}") if now else ""
    if card.version is Version.V1:
        return changes
    if now != before:
        changes |= {"alternate_greetings": [text.replace("{name}", "{{user}}") for text in now[1:]]}
        changes |= {"group_only_greetings": []} if card.texts("group_only_greetings") else {}
    if draft.style_rules != was.style_rules:
        changes["system_prompt"] = draft.style_rules
    if draft.do_rules != was.do_rules:
        changes["post_history_instructions"] = draft.do_rules
        if isinstance(note := card.extensions.get("depth_prompt"), dict):
            changes["extensions"] = {**card.extensions, "depth_prompt": {**note, "prompt": ""}}
    return changes
