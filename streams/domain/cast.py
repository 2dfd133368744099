"""The cast of a stream: who answers a line, and whether a character goes on after another one.

Owns address, turn-taking, weights and the bounds of what characters say to each other. Pure: what was said before and
chance are arguments, so that a choice can be explained and replayed. It must not know rows, prompts or the stage; that
only one character speaks at a time is the law of the one open turn a stream.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from vtcontrol.kernel.events import EventKind

REST_COUNTS = 3
"""So many lines of others make a character more likely to speak; more of them no further."""
REPLY_AFTER_S = 0.4
"""Pause before a character answers another one."""
NAMES_APART = re.compile(r"[,;\n]")
_FIRST_WITHOUT_SPACES = "\u2e80"  # Chinese and Japanese are written without spaces between words


class Advance(StrEnum):
    """What brings a scene to its next line."""

    VIEWERS = "viewers"
    OPERATOR = "operator"
    AUTO = "auto"


class NarratedBy(StrEnum):
    """Who tells what happens in a scene."""

    CHARACTER = "character"
    VOICE = "voice"
    SUBTITLES = "subtitles"


class Why(StrEnum):
    """Why a character answers."""

    WANTED = "wanted"  # the event is for this character and no other
    NAMED = "named"
    CONVERSATION = "conversation"  # a reply or a mention without a name goes to whom the viewer talked with
    TURN = "turn"


@dataclass(frozen=True, slots=True)
class Member:
    """A character of the cast.

    Attributes:
        persona_id: The character.
        names: What it answers to, its own name first.
        weight: How often it takes a line that names nobody, 0 to 10; 0 answers only when it is meant.
        is_taken: A person of the team speaks for it now.
    """

    persona_id: UUID
    names: tuple[str, ...]
    weight: int = 1
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """The scene that is being played, as far as turns go.

    Attributes:
        id: Its row.
        advance: What brings its next line.
        pace_s: Pause before a line that comes by itself.
        lines_left: So many lines may still come by themselves.
    """

    id: UUID
    advance: Advance
    pace_s: float
    lines_left: int


@dataclass(frozen=True, slots=True)
class CastPlan:
    """Who is on stage, and what they may say to each other.

    Attributes:
        members: At least two; the stream's own character first.
        exchanges_most: So many lines they say to each other before they wait for somebody else.
        scene: What they play, or None.
    """

    members: tuple[Member, ...]
    exchanges_most: int = 0
    scene: ScenePlan | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that addresses somebody."""
        return tuple(name for member in self.members for name in member.names)

    def member(self, persona_id: UUID | None) -> Member | None:
        """Return a member by its character, or None."""
        return next((one for one in self.members if one.persona_id == persona_id), None)


@dataclass(frozen=True, slots=True)
class Heard:
    """A line that wants an answer.

    Attributes:
        text: Its words.
        wanted: Whom it is for, as the team or the cast itself said, or None.
        is_addressed: It is a reply or a mention, though perhaps without a name.
        talked_with: Who answered this person last, or None.
        lately: Who spoke lately, the last one first.
    """

    text: str = ""
    wanted: UUID | None = None
    is_addressed: bool = False
    talked_with: UUID | None = None
    lately: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers, and why.

    Attributes:
        member: Who; None when everybody who could is spoken for by the team.
        why: Why this one.
    """

    member: Member | None
    why: Why


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line a character said to its end.

    Attributes:
        persona_id: Who said it, or None for the narrator that is no character.
        text: What was heard.
        kind: `EventKind` value of what it answered.
        exchange: So many lines characters had said to each other when it began.
    """

    persona_id: UUID | None
    text: str
    kind: str
    exchange: int = 0


@dataclass(frozen=True, slots=True)
class Cue:
    """A line that is due without anybody having written one.

    Attributes:
        persona_id: Whose line it is.
        after_s: When, from now.
        exchange: So many lines characters have said to each other then.
        is_of_scene: The scene goes on by itself, and has a line less left.
    """

    persona_id: UUID
    after_s: float
    exchange: int
    is_of_scene: bool = False


def split_names(text: str) -> tuple[str, ...]:
    """Return the names of a field that holds several, by comma or line."""
    return tuple(name for part in NAMES_APART.split(text) if (name := " ".join(part.split())))


def place_of(name: str, text: str) -> int | None:
    """Return where a text addresses somebody by a name, or None."""
    name, heard = name.casefold().strip(), text.casefold()
    if not name:
        return None
    if name[-1] >= _FIRST_WITHOUT_SPACES:
        at = heard.find(name)
        return at if at >= 0 else None
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", heard)
    return found.start() if found else None


def mentions(text: str, names: Sequence[str]) -> bool:
    """Tell whether a text addresses somebody by one of the names."""
    return any(place_of(name, text) is not None for name in names)


def named_in(text: str, members: Sequence[Member]) -> Member | None:
    """Return the member a text names first, or None; of two names at one place the longer one counts."""
    found = [
        (place, -len(name), rank)
        for rank, member in enumerate(members)
        for name in member.names
        if (place := place_of(name, text)) is not None
    ]
    return members[min(found)[2]] if found else None


def who_answers(plan: CastPlan, heard: Heard, chance: float) -> Answering:
    """Decide which character answers a line: whoever is meant; else turns are taken by weight.

    Args:
        plan: The cast.
        heard: The line, and what was before it.
        chance: Drawn once for this line, 0 to less than 1.
    """
    if wanted := plan.member(heard.wanted):
        return Answering(wanted, Why.WANTED)
    if named := named_in(heard.text, plan.members):
        return Answering(None if named.is_taken else named, Why.NAMED)
    if heard.is_addressed and (partner := plan.member(heard.talked_with)):
        return Answering(None if partner.is_taken else partner, Why.CONVERSATION)
    return Answering(_by_turns(plan.members, heard.lately, chance), Why.TURN)


def who_follows(plan: CastPlan, spoken: Spoken, lately: Sequence[UUID], chance: float) -> Cue | None:
    """Decide whether a character goes on after another one, and who.

    In a scene that goes by itself somebody does, as long as it has lines left. Elsewhere a character answers one that
    named it, within the cast's bound; words the team put into a mouth are answered in a scene only.

    Args:
        plan: The cast.
        spoken: What was said, to its end.
        lately: Who spoke lately, the last one first.
        chance: As in `who_answers`.
    """
    others = tuple(one for one in plan.members if one.persona_id != spoken.persona_id and not one.is_taken)
    named = named_in(spoken.text, [one for one in plan.members if one.persona_id != spoken.persona_id])
    if named is not None and named.is_taken:
        return None
    scene = plan.scene
    if scene is not None and scene.advance is Advance.AUTO:
        following = named or _by_turns(others, lately, chance)
        if following is None or scene.lines_left < 1:
            return None
        return Cue(following.persona_id, scene.pace_s, spoken.exchange + 1, is_of_scene=True)
    is_put = spoken.kind == EventKind.DIRECTOR_SAY and scene is None
    if named is None or is_put or spoken.exchange >= plan.exchanges_most:
        return None
    return Cue(named.persona_id, REPLY_AFTER_S, spoken.exchange + 1)


def who_begins(plan: CastPlan, lately: Sequence[UUID], chance: float) -> Cue | None:
    """Return the next line of a scene that a hand moves on, or None when nobody is there to say it."""
    able = [one for one in plan.members if one.weight and not one.is_taken]
    following = _by_turns(able, lately, chance)
    return Cue(following.persona_id, 0.0, 0, is_of_scene=True) if following else None


def chance_of(event_id: UUID) -> float:
    """Return the chance of an event, 0 to less than 1: the random end of its id, the same whenever it is asked for."""
    return (event_id.int & 0xFFFF_FFFF_FFFF) / float(1 << 48)


def _by_turns(members: Sequence[Member], lately: Sequence[UUID], chance: float) -> Member | None:
    """Draw by weight; whoever has been silent for longer is the more likely."""
    able = [one for one in members if not one.is_taken]
    shares = [one.weight * (1 + _rest(one.persona_id, lately)) for one in able]
    if not any(shares):
        return able[0] if able else None
    mark = chance * sum(shares)
    for member, share in zip(able, shares, strict=True):
        mark -= share
        if mark < 0:
            return member
    return next(member for member, share in zip(reversed(able), reversed(shares), strict=True) if share)


def _rest(persona_id: UUID, lately: Sequence[UUID]) -> int:
    """Return how many lines of others came since a character spoke, as far as they count."""
    return min(lately.index(persona_id) if persona_id in lately else REST_COUNTS, REST_COUNTS)
