"""What a line of Twitch's chat means: a house event, something taken back, the state of a room.

Owns the mapping from Twitch's commands and tags to the house's words. Pure: no socket, no clock but the tags' own.
Follows, rewards without a text, hype trains, polls and going live are not in this chat at all.
"""

import datetime as dt
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from vtcontrol.kernel.events import EventKind, IncomingEvent
from workers.links.irc import IrcMessage

PLATFORM = "twitch"
TEXT_LONGEST = 2000
NAME_LONGEST = 80
GIFTS_KEPT = 500
CLOCK_SLACK = dt.timedelta(hours=1)
NOBODY = {"274598607", "407665396"}
"""User ids of "AnAnonymousGifter" and "AnAnonymousCheerer": names that stand for people who gave none."""
SUSPENDED = {"msg_channel_suspended", "tos_ban", "msg_room_not_found"}
_ACTION = re.compile("^\x01ACTION (?P<text>.*?)\x01?$", re.DOTALL)
_CHEER = re.compile(r"[A-Za-z]{2,25}(\d{1,7})")
_ID = re.compile(r"[\x21-\x7e]{1,120}")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said or did something.

    Attributes:
        channel: Where.
        event: The same in the house's words.
        is_to_channel: It addresses the channel by name, or answers a line of its owner.
    """

    channel: str
    event: IncomingEvent
    is_to_channel: bool = False


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A moderator removed something.

    Attributes:
        channel: Where.
        message_id: The one message, or "".
        author_id: Everything of this person, or "". Both empty: everything.
        timeout_s: How long the person may not write; 0 for ever, None when it is no penalty.
        at: When; told with a penalty.
    """

    channel: str
    message_id: str = ""
    author_id: str = ""
    timeout_s: int | None = None
    at: dt.datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RoomTold:
    """Twitch told the state of a room: so we are in it.

    Attributes:
        channel: Which.
        modes: Code → value of what was told: "slow": "30", "subs": "1"; "0" switches it off.
    """

    channel: str
    modes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomClosed:
    """The channel does not exist or is suspended."""

    channel: str


Heard = Said | TakenBack | RoomTold | RoomClosed


class TwitchChat:
    """Reads the lines of one connection. Remembers gifts to many, so that each is thanked for once."""

    def __init__(self) -> None:
        self._gifts: OrderedDict[str, None] = OrderedDict()

    def read(self, message: IrcMessage, *, now: dt.datetime) -> Heard | None:
        """Return what a line means, or None when it means nothing to the show.

        Args:
            message: The line.
            now: Aware; stands in for a time that Twitch did not tell, or told wrong.
        """
        if not message.channel:
            return None
        reader = _READERS.get(message.command)
        if reader is not None:
            return reader(message)
        if message.command == "CLEARCHAT":
            return _cleared_chat(message, now)
        if message.command == "PRIVMSG":
            return _line(message, now)
        if message.command == "USERNOTICE":
            return self._notice(message, now)
        return None

    def _notice(self, message: IrcMessage, now: dt.datetime) -> Said | None:
        tags = message.tags
        told = tags.get("msg-id", "")
        gift = tags.get("msg-param-community-gift-id", "")
        if told == "submysterygift" and gift:
            self._remember(gift)
        elif told == "subgift" and gift:
            if gift in self._gifts:
                return None  # one of many that came with one word of thanks
            self._remember(gift)
        maker = _NOTICES.get(told)
        event = maker(message, now) if maker else None
        if event is None and message.text and told != "sharedchatnotice":
            event = _event(message, now, EventKind.CHAT, message.text)
        return Said(message.channel, event) if event else None

    def _remember(self, gift: str) -> None:
        self._gifts[gift] = None
        while len(self._gifts) > GIFTS_KEPT:
            self._gifts.popitem(last=False)


def _line(message: IrcMessage, now: dt.datetime) -> Said:
    """Read a line of chat: plain, with bits, paid for in money, or sent with a reward."""
    tags = message.tags
    action = _ACTION.match(message.text)
    text = action["text"] if action else message.text
    kind, amount, currency = EventKind.CHAT, None, ""
    if not _is_from_elsewhere(tags):
        bits, paid = _number(tags, "bits"), _paid(tags, "pinned-chat-paid-")
        if bits:
            kind, amount, currency, text = EventKind.DONATION, Decimal(bits), "bits", _without_cheers(text, bits)
        elif paid:
            kind, (amount, currency) = EventKind.DONATION, paid
        elif tags.get("custom-reward-id") or tags.get("msg-id") == "highlighted-message":
            kind = EventKind.REDEMPTION
    event = _event(message, now, kind, text, amount=amount, currency=currency)
    return Said(message.channel, event, is_to_channel=_is_to_channel(message, text))


def _is_from_elsewhere(tags: Mapping[str, str]) -> bool:
    """Tell whether a line of a shared chat was written in another channel: its bits went there."""
    source = tags.get("source-room-id", "")
    return bool(source) and source != tags.get("room-id", "")


def _is_to_channel(message: IrcMessage, text: str) -> bool:
    channel = message.channel
    if message.tags.get("reply-parent-user-login", "").lower() == channel:
        return True
    return re.search(rf"@{re.escape(channel)}(?!\w)", text, re.IGNORECASE) is not None


def _without_cheers(text: str, bits: int) -> str:
    """Return the words of a cheer without its "Cheer100"s; only if they make up the sum, else they were words."""
    words = text.split()
    cheers = [_CHEER.fullmatch(word) for word in words]
    if sum(int(cheer[1]) for cheer in cheers if cheer) != bits:
        return text
    return " ".join(word for word, cheer in zip(words, cheers, strict=True) if not cheer)


def _event(
    message: IrcMessage,
    now: dt.datetime,
    kind: EventKind,
    text: str,
    *,
    amount: Decimal | None = None,
    currency: str = "",
) -> IncomingEvent:
    tags = message.tags
    user_id = tags.get("user-id", "")
    login = tags.get("login", "") or message.nick
    return IncomingEvent(
        platform=PLATFORM,
        platform_id=_id(message, "id"),
        kind=kind,
        happened_at=_time(tags, now),
        author_id=user_id if user_id not in NOBODY and _ID.fullmatch(user_id) else "",
        author_name=(tags.get("display-name", "").strip() or login)[:NAME_LONGEST],
        text=text[:TEXT_LONGEST],
        amount=amount,
        currency=currency,
    )


def _id(message: IrcMessage, tag: str) -> str:
    """Return the message's id; one that has none gets what its words make."""
    given = message.tags.get(tag, "")
    if _ID.fullmatch(given):
        return given
    parts = (*message.params, *(message.tags.get(name, "") for name in ("user-id", "tmi-sent-ts", "msg-id")))
    return "sum-" + hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:40]


def _time(tags: Mapping[str, str], now: dt.datetime) -> dt.datetime:
    told = tags.get("tmi-sent-ts", "")
    if re.fullmatch(r"[0-9]{12,14}", told):
        sent = dt.datetime.fromtimestamp(int(told) / 1000, dt.UTC)
        if abs(sent - now) < CLOCK_SLACK:
            return sent
    return now


def _number(tags: Mapping[str, str], name: str) -> int:
    told = tags.get(name, "")
    return int(told) if re.fullmatch(r"[0-9]{1,9}", told) else 0


def _paid(tags: Mapping[str, str], prefix: str) -> tuple[Decimal, str] | None:
    """Return (amount, currency) of real money, told as a whole number and an exponent."""
    amount, currency = _number(tags, f"{prefix}amount"), tags.get(f"{prefix}currency", "")
    if not amount or not _CURRENCY.fullmatch(currency):
        return None
    exponent = min(_number(tags, f"{prefix}exponent"), 6)
    return Decimal(amount).scaleb(-exponent).quantize(Decimal("0.01")), currency


def _words(message: IrcMessage) -> str:
    """Return what the person wrote with it, or Twitch's own sentence about it."""
    return message.text or message.tags.get("system-msg", "").strip()


def _subscription(message: IrcMessage, now: dt.datetime) -> IncomingEvent:
    months = _number(message.tags, "msg-param-cumulative-months")
    if months < 2:
        return _event(message, now, EventKind.SUBSCRIPTION, _words(message))
    amount = Decimal(months)
    return _event(message, now, EventKind.SUBSCRIPTION, _words(message), amount=amount, currency="months")


def _gift(message: IrcMessage, now: dt.datetime) -> IncomingEvent:
    count = Decimal(max(1, _number(message.tags, "msg-param-mass-gift-count")))
    return _event(message, now, EventKind.GIFT, _words(message), amount=count, currency="subs")


def _raid(message: IrcMessage, now: dt.datetime) -> IncomingEvent:
    viewers = Decimal(_number(message.tags, "msg-param-viewerCount"))
    return _event(message, now, EventKind.RAID, _words(message), amount=viewers, currency="viewers")


def _charity(message: IrcMessage, now: dt.datetime) -> IncomingEvent | None:
    paid = _paid(message.tags, "msg-param-donation-")
    if paid is None:
        return None
    return _event(message, now, EventKind.DONATION, _words(message), amount=paid[0], currency=paid[1])


def _nothing(message: IrcMessage, now: dt.datetime) -> None:
    """Leave out what another notice tells again, or what nobody would answer."""


_NOTICES: dict[str, Callable[[IrcMessage, dt.datetime], IncomingEvent | None]] = {
    "sub": _subscription,
    "resub": _subscription,
    "giftpaidupgrade": _subscription,
    "anongiftpaidupgrade": _subscription,
    "primepaidupgrade": _subscription,
    "subgift": _gift,
    "anonsubgift": _gift,
    "submysterygift": _gift,
    "anonsubmysterygift": _gift,
    "raid": _raid,
    "charitydonation": _charity,
    "unraid": _nothing,
    "standardpayforward": _nothing,
    "communitypayforward": _nothing,
}


def _cleared_line(message: IrcMessage) -> TakenBack | None:
    target = message.tags.get("target-msg-id", "")
    return TakenBack(message.channel, message_id=target) if _ID.fullmatch(target) else None


def _cleared_chat(message: IrcMessage, now: dt.datetime) -> TakenBack | None:
    if len(message.params) < 2:
        return TakenBack(message.channel)
    target = message.tags.get("target-user-id", "")
    if not _ID.fullmatch(target):
        return None
    seconds = _number(message.tags, "ban-duration")
    return TakenBack(message.channel, author_id=target, timeout_s=seconds, at=_time(message.tags, now))


_MODES = {"emote-only": "emotes", "subs-only": "subs", "followers-only": "followers", "slow": "slow", "r9k": "unique"}


def _room(message: IrcMessage) -> RoomTold:
    modes = {}
    for tag, mode in _MODES.items():
        told = message.tags.get(tag)
        if told is None:
            continue
        is_on = told not in {"0", "-1"} or (tag == "followers-only" and told == "0")
        modes[mode] = ("1" if told == "0" else told[:6]) if is_on else "0"
    return RoomTold(message.channel, modes)


def _server_notice(message: IrcMessage) -> RoomClosed | None:
    return RoomClosed(message.channel) if message.tags.get("msg-id", "") in SUSPENDED else None


_READERS: dict[str, Callable[[IrcMessage], Heard | None]] = {
    "CLEARMSG": _cleared_line,
    "ROOMSTATE": _room,
    "NOTICE": _server_notice,
}
