"""What lines of Twitch's chat mean to the show."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtcontrol.kernel.events import EventKind, IncomingEvent
from workers.links.irc import escape, parse_line
from workers.links.twitch_chat import Heard, RoomClosed, RoomTold, Said, TakenBack, TwitchChat

NOW = dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC)
SENT_MS = 1772395199123  # a little before
USUAL = {
    "id": "b34ccfc7-4977-403a-8a94-33c6bac34fb8",
    "user-id": "42",
    "display-name": "Bo",
    "room-id": "1",
    "tmi-sent-ts": str(SENT_MS),
}


def heard(command: str, text: str | None = None, chat: TwitchChat | None = None, **tags: str) -> Heard | None:
    told = {**USUAL, **{name.replace("_", "-"): value for name, value in tags.items()}}
    raw = ";".join(f"{name}={escape(value)}" for name, value in told.items())
    message = parse_line(f"@{raw} :bo!bo@bo.tmi.twitch.tv {command} #mira" + ("" if text is None else f" :{text}"))
    assert message is not None
    return (chat or TwitchChat()).read(message, now=NOW)


def said(command: str, text: str | None = None, **tags: Any) -> IncomingEvent:
    found = heard(command, text, **tags)
    assert isinstance(found, Said)
    assert found.channel == "mira"
    return found.event


def test_a_line_of_chat() -> None:
    event = said("PRIVMSG", "hello there", badges="subscriber/12", subscriber="1", first_msg="1", emotes="25:0-4")

    assert event == IncomingEvent(
        platform="twitch",
        platform_id=USUAL["id"],
        kind=EventKind.CHAT,
        happened_at=dt.datetime(2026, 3, 1, 19, 59, 59, 123000, tzinfo=dt.UTC),
        author_id="42",
        author_name="Bo",
        text="hello there",
    )


@pytest.mark.parametrize("name", ["Бо Великий", "木村さん", "Z̸̡͓a̷l̶g̵o̴", "👩‍🚀 Ann", "  Bo  "])
def test_names_of_every_script_are_kept(name: str) -> None:
    assert said("PRIVMSG", "hi", display_name=name).author_name == name.strip()


def test_who_shows_no_name_is_called_by_their_login() -> None:
    assert said("PRIVMSG", "hi", display_name="").author_name == "bo"


def test_an_action_is_its_words() -> None:
    assert said("PRIVMSG", "\x01ACTION waves at everybody\x01").text == "waves at everybody"


@pytest.mark.parametrize(
    ("text", "bits", "words"),
    [
        ("cheer100 hi", "100", "hi"),
        ("Cheer50 so good Kappa50", "100", "so good"),
        ("cheer100", "100", ""),
        ("I have 100 cats cat7", "100", "I have 100 cats cat7"),
    ],
)
def test_bits_are_a_donation_with_the_words_that_came_with_it(text: str, bits: str, words: str) -> None:
    event = said("PRIVMSG", text, bits=bits)

    assert (event.kind, event.amount, event.currency, event.text) == (EventKind.DONATION, Decimal(bits), "bits", words)


def test_a_paid_line_is_a_donation_in_its_currency() -> None:
    paid = {"pinned_chat_paid_amount": "550", "pinned_chat_paid_exponent": "2", "pinned_chat_paid_currency": "EUR"}

    event = said("PRIVMSG", "great!", **paid)

    assert (event.kind, event.amount, event.currency) == (EventKind.DONATION, Decimal("5.50"), "EUR")


@pytest.mark.parametrize("tags", [{"custom_reward_id": "a-b-c"}, {"msg_id": "highlighted-message"}])
def test_a_line_that_came_with_a_reward_is_a_redemption(tags: dict[str, str]) -> None:
    assert said("PRIVMSG", "sing!", **tags).kind is EventKind.REDEMPTION


def test_bits_of_a_shared_chat_went_to_the_other_channel() -> None:
    event = said("PRIVMSG", "cheer100 hi", bits="100", source_room_id="2")

    assert (event.kind, event.amount, event.text) == (EventKind.CHAT, None, "cheer100 hi")


@pytest.mark.parametrize(
    ("text", "tags", "is_to_channel"),
    [
        ("@mira hello", {}, True),
        ("hello @Mira!", {}, True),
        ("@mira2 hello", {}, False),
        ("mira hello", {}, False),
        ("@Zoe yes", {"reply_parent_user_login": "zoe"}, False),
        ("yes!", {"reply_parent_user_login": "mira"}, True),
    ],
)
def test_who_addresses_the_channel(text: str, tags: dict[str, str], is_to_channel: bool) -> None:
    found = heard("PRIVMSG", text, **tags)

    assert isinstance(found, Said)
    assert found.is_to_channel is is_to_channel


@pytest.mark.parametrize("kind", ["sub", "resub", "giftpaidupgrade", "anongiftpaidupgrade", "primepaidupgrade"])
def test_subscriptions_of_every_kind(kind: str) -> None:
    event = said("USERNOTICE", msg_id=kind, system_msg="Bo subscribed at Tier 1.", login="bo")

    assert (event.kind, event.text, event.amount) == (EventKind.SUBSCRIPTION, "Bo subscribed at Tier 1.", None)


def test_a_resub_tells_its_months_and_the_words_of_the_viewer() -> None:
    event = said("USERNOTICE", "six months!", msg_id="resub", system_msg="Bo…", msg_param_cumulative_months="6")

    assert (event.kind, event.amount, event.currency) == (EventKind.SUBSCRIPTION, Decimal(6), "months")
    assert event.text == "six months!"


def test_one_gift() -> None:
    event = said("USERNOTICE", msg_id="subgift", system_msg="Bo gifted a sub to Zoe!")

    assert (event.kind, event.amount, event.currency, event.author_id) == (EventKind.GIFT, Decimal(1), "subs", "42")


def test_gifts_to_many_are_one_gift() -> None:
    chat = TwitchChat()
    many = {"msg_id": "submysterygift", "msg_param_mass_gift_count": "50", "msg_param_community_gift_id": "g1"}

    first = heard("USERNOTICE", chat=chat, **many)
    rest = [
        heard("USERNOTICE", chat=chat, msg_id="subgift", msg_param_community_gift_id="g1", id=str(number))
        for number in range(50)
    ]
    other = heard("USERNOTICE", chat=chat, msg_id="subgift")

    assert isinstance(first, Said)
    assert (first.event.kind, first.event.amount) == (EventKind.GIFT, Decimal(50))
    assert rest == [None] * 50
    assert isinstance(other, Said)


def test_gifts_whose_announcement_was_missed_are_thanked_for_once() -> None:
    chat = TwitchChat()
    gifts = [
        heard("USERNOTICE", chat=chat, msg_id="subgift", msg_param_community_gift_id="g1", id=str(number))
        for number in range(5)
    ]

    assert sum(gift is not None for gift in gifts) == 1


@pytest.mark.parametrize("user_id", ["274598607", "407665396"])
def test_who_gave_no_name_is_no_viewer(user_id: str) -> None:
    event = said("USERNOTICE", msg_id="subgift", user_id=user_id, display_name="AnAnonymousGifter")

    assert (event.author_id, event.author_name) == ("", "AnAnonymousGifter")


def test_a_raid() -> None:
    event = said("USERNOTICE", msg_id="raid", msg_param_viewerCount="15", system_msg="15 raiders from Bo have joined!")

    assert (event.kind, event.amount, event.currency) == (EventKind.RAID, Decimal(15), "viewers")
    assert (event.author_name, event.text) == ("Bo", "15 raiders from Bo have joined!")


def test_a_donation_to_charity() -> None:
    paid = {"amount": "1000", "exponent": "2", "currency": "USD"}
    tags = {f"msg_param_donation_{name}": value for name, value in paid.items()}

    event = said("USERNOTICE", msg_id="charitydonation", **tags)

    assert (event.kind, event.amount, event.currency) == (EventKind.DONATION, Decimal(10), "USD")


@pytest.mark.parametrize("kind", ["announcement", "bitsbadgetier", "viewermilestone", "something-new"])
def test_words_that_came_with_any_other_notice_are_chat(kind: str) -> None:
    event = said("USERNOTICE", "look at this", msg_id=kind)

    assert (event.kind, event.text) == (EventKind.CHAT, "look at this")


@pytest.mark.parametrize("kind", ["unraid", "bitsbadgetier", "viewermilestone", "standardpayforward", "something-new"])
def test_a_notice_nobody_would_answer_is_left_out(kind: str) -> None:
    assert heard("USERNOTICE", msg_id=kind, system_msg="something") is None


def test_what_happened_in_the_other_channel_of_a_shared_chat_is_left_out() -> None:
    assert heard("USERNOTICE", "six months!", msg_id="sharedchatnotice", source_msg_id="resub") is None


def test_a_deleted_line() -> None:
    assert heard("CLEARMSG", "bad text", target_msg_id="abc-123") == TakenBack("mira", message_id="abc-123")


@pytest.mark.parametrize(("tags", "seconds"), [({"ban_duration": "600"}, 600), ({}, 0)])
def test_a_ban_or_a_time_out_takes_everything_of_the_person_back(tags: dict[str, str], seconds: int) -> None:
    told = heard("CLEARCHAT", "bo", target_user_id="42", **tags)

    assert told == TakenBack("mira", author_id="42", timeout_s=seconds)


def test_a_cleared_chat_takes_everything_back() -> None:
    assert heard("CLEARCHAT") == TakenBack("mira")


def test_a_deletion_that_names_nothing_takes_nothing_back() -> None:
    assert heard("CLEARMSG", "bad text") is None
    assert heard("CLEARCHAT", "bo") is None


def test_the_state_of_a_room() -> None:
    tags = {"emote_only": "0", "followers_only": "-1", "r9k": "0", "slow": "30", "subs_only": "1"}

    found = heard("ROOMSTATE", **tags)

    modes = {"emotes": "0", "followers": "0", "unique": "0", "slow": "30", "subs": "1"}
    assert found == RoomTold("mira", modes)


def test_any_follower_is_still_a_demand() -> None:
    assert heard("ROOMSTATE", followers_only="0") == RoomTold("mira", {"followers": "1"})


def test_a_suspended_channel() -> None:
    assert heard("NOTICE", "This channel…", msg_id="msg_channel_suspended") == RoomClosed("mira")
    assert heard("NOTICE", "This room is in slow mode.", msg_id="slow_on") is None


def test_a_line_without_an_id_gets_the_same_one_each_time() -> None:
    first, again = (said("PRIVMSG", "hi", id="") for _ in range(2))
    other = said("PRIVMSG", "ho", id="")

    assert first.platform_id == again.platform_id != other.platform_id


@pytest.mark.parametrize("sent", ["", "soon", "0", "99999999999999", "１７７２３９５１９９１２３"])
def test_a_time_that_cannot_be_is_now(sent: str) -> None:
    assert said("PRIVMSG", "hi", tmi_sent_ts=sent).happened_at == NOW


ANY = st.text(max_size=60)


@given(
    command=st.sampled_from(["PRIVMSG", "USERNOTICE", "CLEARMSG", "CLEARCHAT", "ROOMSTATE", "NOTICE"]),
    text=st.none() | ANY,
    kind=st.sampled_from(["sub", "resub", "subgift", "submysterygift", "raid", "charitydonation"]) | ANY,
    tags=st.dictionaries(
        st.sampled_from(["id", "user-id", "bits", "tmi-sent-ts", "slow", "target-msg-id", "msg-param-viewerCount"]), ANY
    ),
)
def test_no_tags_break_the_reading_and_what_is_read_fits_the_inbox(
    command: str, text: str | None, kind: str, tags: dict[str, str]
) -> None:
    found = heard(command, text, msg_id=kind, **tags)

    if isinstance(found, Said):
        event = found.event
        assert 1 <= len(event.platform_id) <= 128
        assert len(event.author_id) <= 128
        assert len(event.text) <= 2000
