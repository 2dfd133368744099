"""How a bond between a viewer and a character grows and suffers: fixed rules, one ledger entry an event.

Owns the rules. It must not read the ledger or the clock: what was gained so far comes in as tallies, time comes with
the interaction. What a viewer says about the scores has no way in: words count by being said, within a cap a stream and
a cap a day, whatever they say.

The rules, after the state machine of @aituber-onair/kizuna and our own simulations:

- Talk lifts affinity, trust, familiarity and loyalty less and less within a stream, and less the higher they are.
- Support (money, bits, subscriptions) counts by its logarithm, to a cap a day, and never buys trust.
- Absence costs nothing but warmth: what warmth has above its resting value halves in seven days.
- A classifier's opinion is clipped to −1…1; a bad one weighs three times a good one, and has a floor a stream.
- A timeout takes back everything gained in that stream, stops gains for the rest of it, cuts trust and affinity, and
  leaves a scar. A scar lowers for good how high trust and affinity may rise, and no gift heals it. A ban is six.
- What a person of the team puts right is an entry like any other; it neither uses up a cap nor is taken back.
"""

import datetime as dt
import math
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

HIGHEST = 100.0
WARMTH_AT_REST = 0.2
WARMTH_HALF_LIFE_DAYS = 7.0


class InteractionKind(StrEnum):
    """What happened between a viewer and a character; an answered message is ANSWERED, and not CHAT as well."""

    CHAT = "chat"
    ANSWERED = "answered"
    SENTIMENT = "sentiment"
    FOLLOW = "follow"
    REDEMPTION = "redemption"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"
    DONATION = "donation"
    RAID = "raid"
    TIMEOUT = "timeout"
    BAN = "ban"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class Deltas:
    """Movements of the scores; also a sum of them."""

    affinity: float = 0.0
    trust: float = 0.0
    familiarity: float = 0.0
    loyalty: float = 0.0
    warmth: float = 0.0

    def __add__(self, other: "Deltas") -> "Deltas":
        return Deltas(
            self.affinity + other.affinity,
            self.trust + other.trust,
            self.familiarity + other.familiarity,
            self.loyalty + other.loyalty,
            self.warmth + other.warmth,
        )

    @property
    def gains(self) -> "Deltas":
        """The part of it that went up."""
        return Deltas(*(max(0.0, value) for value in _values(self)))


@dataclass(frozen=True, slots=True)
class Scores:
    """What binds a viewer to a character.

    Attributes:
        affinity: How much the character likes the viewer, 0 to 100.
        trust: How far it relies on the viewer, 0 to 100; a stranger has 20.
        familiarity: How well they know each other, 0 to 100.
        loyalty: How faithfully the viewer comes and supports the show, 0 to 100.
        warmth: The mood between them, 0 to 1, as it was at `warmth_at`.
        warmth_at: When warmth was last set, aware; None for a stranger.
        scars: How often trust was broken; never falls.
    """

    affinity: float = 0.0
    trust: float = 20.0
    familiarity: float = 0.0
    loyalty: float = 0.0
    warmth: float = 0.5
    warmth_at: dt.datetime | None = None
    scars: int = 0


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something that happened.

    Attributes:
        event_id: What makes it unique; an event counts once.
        kind: What happened.
        at: When, aware.
        broadcast: The stream it happened in, or None.
        amount: Money in about the worth of euros (donation), number of gifts (gift), size of the raid (raid), the
            classifier's opinion from −1 to 1 (sentiment); otherwise without effect.
        adjustment: What a person of the team moved (adjusted); it is taken as it is, within 0 and the ceiling.
        scars: Scars a person of the team added or took away (adjusted).
    """

    event_id: uuid.UUID
    kind: InteractionKind
    at: dt.datetime
    broadcast: uuid.UUID | None = None
    amount: float = 0.0
    adjustment: Deltas = Deltas()
    scars: int = 0

    @property
    def place(self) -> uuid.UUID | dt.date:
        """The stream it counts for; what happened in none counts for its UTC day."""
        return self.broadcast or self.at.astimezone(dt.UTC).date()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What an interaction did. The scores are the sum of their ledger, but for warmth, which also cools.

    Attributes:
        event_id: The interaction's.
        kind: The interaction's.
        at: The interaction's.
        broadcast: The interaction's.
        deltas: By how much each score really moved, after every cap.
        scars: Scars it left.
    """

    event_id: uuid.UUID
    kind: InteractionKind
    at: dt.datetime
    broadcast: uuid.UUID | None
    deltas: Deltas
    scars: int = 0


TALK = frozenset({InteractionKind.CHAT, InteractionKind.ANSWERED, InteractionKind.SENTIMENT})
BREACHES = {InteractionKind.TIMEOUT: 1, InteractionKind.BAN: 6}
"""Kinds that leave scars, and how many."""


@dataclass(frozen=True, slots=True)
class StreamTally:
    """What the ledger of one viewer says about one stream.

    Attributes:
        gained: All that was gained and not taken back.
        talk: The part of it that talk gave.
        hurt: Affinity lost to the classifier's opinion, <= 0.
        is_void: There was a breach: nothing is gained in this stream any more.
    """

    gained: Deltas = Deltas()
    talk: Deltas = Deltas()
    hurt: float = 0.0
    is_void: bool = False

    def after(self, entry: LedgerEntry) -> "StreamTally":
        """Return the tally with one more entry of the stream."""
        if entry.kind in BREACHES:
            return StreamTally(is_void=True)
        if entry.kind is InteractionKind.ADJUSTED:
            return self
        gains = entry.deltas.gains
        is_talk = entry.kind in TALK
        return StreamTally(
            gained=self.gained + gains,
            talk=self.talk + gains if is_talk else self.talk,
            hurt=self.hurt + (min(0.0, entry.deltas.affinity) if is_talk else 0.0),
            is_void=self.is_void,
        )


@dataclass(frozen=True, slots=True)
class DayTally:
    """What the ledger of one viewer says about one UTC day: gains by talk, and by support."""

    talk: Deltas = Deltas()
    support: Deltas = Deltas()

    def after(self, entry: LedgerEntry) -> "DayTally":
        """Return the tally with one more entry of the day."""
        if entry.kind in BREACHES or entry.kind is InteractionKind.ADJUSTED:
            return self
        if entry.kind in TALK:
            return replace(self, talk=self.talk + entry.deltas.gains)
        return replace(self, support=self.support + entry.deltas.gains)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The scores after an interaction, and what to write into the ledger."""

    scores: Scores
    entry: LedgerEntry


def score(scores: Scores, interaction: Interaction, stream: StreamTally, day: DayTally) -> Outcome:
    """Apply one interaction.

    Args:
        scores: As they are.
        interaction: What happened; the caller makes sure that its event has not been counted.
        stream: `StreamTally` over the viewer's entries of the same broadcast.
        day: `DayTally` over the viewer's entries of the same UTC day.

    Returns:
        The new scores with warmth cooled to the time of the interaction, and the entry that moved them.
    """
    cooled = cool(scores, interaction.at)
    scars = BREACHES.get(interaction.kind, 0)
    if scars:
        wanted = _breach(cooled, stream)
    elif interaction.kind is InteractionKind.ADJUSTED:
        wanted, scars = interaction.adjustment, max(-cooled.scars, interaction.scars)
    elif interaction.kind is InteractionKind.SENTIMENT and _opinion(interaction) < 0:
        wanted = _hurt(_opinion(interaction), stream)
    elif stream.is_void:
        wanted = Deltas()
    else:
        wanted = _gain(cooled, interaction, stream, day)
    moved = _moved(cooled, wanted, cooled.scars + scars)
    deltas = Deltas(*(new - old for new, old in zip(_bonds(moved), _bonds(cooled), strict=True)))
    entry = LedgerEntry(interaction.event_id, interaction.kind, interaction.at, interaction.broadcast, deltas, scars)
    return Outcome(moved, entry)


def settle(interactions: Iterable[Interaction], start: Scores | None = None) -> tuple[Scores, tuple[LedgerEntry, ...]]:
    """Compute scores and ledger from nothing but what happened.

    Order and repeats of `interactions` do not matter: they are taken by time (then by id), each event once.
    """
    scores = start or Scores()
    streams: defaultdict[object, StreamTally] = defaultdict(StreamTally)
    days: defaultdict[dt.date, DayTally] = defaultdict(DayTally)
    entries: list[LedgerEntry] = []
    distinct = {one.event_id: one for one in interactions}
    for one in sorted(distinct.values(), key=lambda one: (one.at, one.event_id)):
        date = one.at.astimezone(dt.UTC).date()
        outcome = score(scores, one, streams[one.place], days[date])
        scores = outcome.scores
        streams[one.place] = streams[one.place].after(outcome.entry)
        days[date] = days[date].after(outcome.entry)
        entries.append(outcome.entry)
    return scores, tuple(entries)


def cool(scores: Scores, at: dt.datetime) -> Scores:
    """Return the scores with warmth as it is at `at`: its distance from its resting value halves in seven days."""
    if scores.warmth_at is None:
        return replace(scores, warmth_at=at)
    days = (at - scores.warmth_at).total_seconds() / 86_400
    if days <= 0:
        return scores
    warmth = WARMTH_AT_REST + (scores.warmth - WARMTH_AT_REST) * 2 ** (-days / WARMTH_HALF_LIFE_DAYS)
    return replace(scores, warmth=warmth, warmth_at=at)


def ceiling(scars: int) -> Deltas:
    """Return how high the scores may rise with so many scars."""
    return Deltas(
        affinity=max(10.0, HIGHEST - 12.0 * scars),
        trust=max(5.0, HIGHEST - 18.0 * scars),
        familiarity=HIGHEST,
        loyalty=HIGHEST,
        warmth=1.0,
    )


TALK_CAP_STREAM = Deltas(affinity=1.0, trust=0.6, familiarity=1.5, loyalty=0.6, warmth=0.3)
TALK_CAP_DAY = Deltas(affinity=1.5, trust=0.9, familiarity=2.0, loyalty=0.8, warmth=0.4)
SUPPORT_CAP_DAY = Deltas(affinity=1.5, familiarity=1.0, loyalty=6.0, warmth=0.3)

_STEPS = {
    InteractionKind.CHAT: Deltas(affinity=0.12, trust=0.06, familiarity=0.2, loyalty=0.1, warmth=0.03),
    InteractionKind.ANSWERED: Deltas(affinity=0.2, trust=0.1, familiarity=0.3, loyalty=0.1, warmth=0.05),
    InteractionKind.SENTIMENT: Deltas(affinity=0.1, warmth=0.04),
    InteractionKind.FOLLOW: Deltas(affinity=0.5, familiarity=0.5, loyalty=0.5, warmth=0.05),
    InteractionKind.REDEMPTION: Deltas(affinity=0.1, familiarity=0.2, loyalty=0.2, warmth=0.03),
    InteractionKind.SUBSCRIPTION: Deltas(affinity=1.0, familiarity=0.5, loyalty=4.0, warmth=0.15),
    InteractionKind.GIFT: Deltas(affinity=0.6, familiarity=0.3, loyalty=1.5, warmth=0.1),
    InteractionKind.DONATION: Deltas(affinity=0.6, familiarity=0.3, loyalty=1.5, warmth=0.1),
    InteractionKind.RAID: Deltas(affinity=0.6, familiarity=0.5, loyalty=0.5, warmth=0.1),
}
"""What one interaction gives to a stranger at the beginning of a stream."""
_BY_LOGARITHM = frozenset({InteractionKind.GIFT, InteractionKind.DONATION, InteractionKind.RAID})
_NEGATIVITY = 3.0
_HURT_FLOOR_STREAM = -2.0


def _gain(scores: Scores, interaction: Interaction, stream: StreamTally, day: DayTally) -> Deltas:
    """Return what a friendly interaction gives: less the more was given already, less the higher the score is."""
    factor = 1.0
    if interaction.kind in _BY_LOGARITHM:
        factor = math.log10(1 + _amount(interaction))
    elif interaction.kind is InteractionKind.SENTIMENT:
        factor = _opinion(interaction)
    gains = []
    tops = _values(Deltas(HIGHEST, HIGHEST, HIGHEST, HIGHEST, 1.0))
    room = _talk_room(stream, day) if interaction.kind in TALK else _support_room(day)
    for step, (share, most), value, top in zip(
        _values(_STEPS[interaction.kind]), room, _bonds(scores), tops, strict=True
    ):
        gains.append(min(step * factor * share, most) * (1 - value / top))
    return Deltas(*gains)


def _talk_room(stream: StreamTally, day: DayTally) -> list[tuple[float, float]]:
    """Return by score: the share of a step that is still given in this stream, and the most that is left."""
    room = []
    for said, cap, today, day_cap in zip(
        _values(stream.talk), _values(TALK_CAP_STREAM), _values(day.talk), _values(TALK_CAP_DAY), strict=True
    ):
        left = max(0.0, min(cap - said, day_cap - today))
        room.append((max(0.0, 1 - said / cap) if cap else 0.0, left))
    return room


def _support_room(day: DayTally) -> list[tuple[float, float]]:
    return [
        (1.0, max(0.0, cap - today)) for today, cap in zip(_values(day.support), _values(SUPPORT_CAP_DAY), strict=True)
    ]


def _hurt(opinion: float, stream: StreamTally) -> Deltas:
    step = _STEPS[InteractionKind.SENTIMENT]
    affinity = max(step.affinity * _NEGATIVITY * opinion, min(0.0, _HURT_FLOOR_STREAM - stream.hurt))
    return Deltas(affinity=affinity, warmth=step.warmth * _NEGATIVITY * opinion)


def _breach(scores: Scores, stream: StreamTally) -> Deltas:
    """Return what a timeout or ban takes: the stream's gain first, then a part of trust, affinity and warmth."""
    left = Deltas(*(value - gained for value, gained in zip(_bonds(scores), _values(stream.gained), strict=True)))
    return Deltas(
        affinity=max(0.0, left.affinity) * 0.9 - scores.affinity,
        trust=max(0.0, left.trust) * 0.75 - scores.trust,
        familiarity=left.familiarity - scores.familiarity,
        loyalty=left.loyalty - scores.loyalty,
        warmth=max(0.0, left.warmth) * 0.5 - scores.warmth,
    )


def _moved(scores: Scores, deltas: Deltas, scars: int) -> Scores:
    """Return the scores moved within 0 and what their scars allow."""
    affinity, trust, familiarity, loyalty, warmth = (
        min(max(0.0, value + delta), top)
        for value, delta, top in zip(_bonds(scores), _values(deltas), _values(ceiling(scars)), strict=True)
    )
    return Scores(affinity, trust, familiarity, loyalty, warmth, scores.warmth_at, scars)


def _amount(interaction: Interaction) -> float:
    return interaction.amount if math.isfinite(interaction.amount) and interaction.amount > 0 else 0.0


def _opinion(interaction: Interaction) -> float:
    return min(1.0, max(-1.0, interaction.amount)) if math.isfinite(interaction.amount) else 0.0


def _values(deltas: Deltas) -> tuple[float, float, float, float, float]:
    return (deltas.affinity, deltas.trust, deltas.familiarity, deltas.loyalty, deltas.warmth)


def _bonds(scores: Scores) -> tuple[float, float, float, float, float]:
    return (scores.affinity, scores.trust, scores.familiarity, scores.loyalty, scores.warmth)
