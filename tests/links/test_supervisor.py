"""A link process on a real database: from a row in the admin to events in the inbox, whatever fails in between."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.utils import OperationalError

from streams.models import ChannelLink, InboxEvent, LinkFault, LinkStatus, Stream, StreamState
from streams.services.links import connect_anew, set_twitch_channel
from tests.fakes.twitch_irc import FakeTwitch, user_id
from tests.links.conftest import PATIENCE_S, Supervise, holds, make_link, row_of
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from workers.links import feed
from workers.links.supervisor import LinkSupervisor

pytestmark = pytest.mark.django_db(transaction=True)


async def becomes(look: Callable[[], Any], wanted: Any = True) -> None:
    """Wait until the database shows something."""
    seen = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (seen := await sync_to_async(look)()) != wanted:
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{seen!r} did not become {wanted!r}") from None


async def in_channel(twitch: FakeTwitch, channel: str, count: int = 1) -> None:
    await asyncio.to_thread(twitch.in_channel, channel, count)


def texts(stream: Stream) -> list[str]:
    with studio_scope(stream.studio_id):
        return list(InboxEvent.objects.filter(stream=stream).order_by("id").values_list("text", flat=True))


def states(stream: Stream) -> dict[str, tuple[str, str]]:
    with studio_scope(stream.studio_id):
        rows = InboxEvent.objects.filter(stream=stream).values_list("text", "state", "reason")
        return {text: (state, reason) for text, state, reason in rows}


def status_of(link: ChannelLink) -> str:
    return str(row_of(link).status)


def change(link: ChannelLink, **fields: Any) -> None:
    with studio_scope(link.studio_id):
        ChannelLink.objects.filter(pk=link.pk).update(**fields)


async def test_a_channel_name_is_enough(
    twitch: FakeTwitch, supervise: Supervise, in_studio: Studio, stream: Stream
) -> None:
    await sync_to_async(set_twitch_channel)(stream.pk, "https://twitch.tv/Mira")
    supervise()
    await in_channel(twitch, "mira")

    message_id = twitch.say("mira", "hello Mira, do you like cats?", "木村", display_name="木村さん")

    await becomes(lambda: texts(stream), ["hello Mira, do you like cats?"])
    row = await sync_to_async(InboxEvent.objects.get)()
    assert (row.platform, row.platform_id, row.author_name) == ("twitch", message_id, "木村さん")
    assert (row.author_id, row.kind, row.is_mention) == (user_id("木村"), EventKind.CHAT, True)
    await becomes(lambda: ChannelLink.objects.get().status, LinkStatus.CONNECTED)


async def test_everything_people_give_arrives(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream
) -> None:
    supervise()
    await in_channel(twitch, "mira")

    twitch.say("mira", "cheer100 for you", bits="100")
    twitch.notice("mira", "resub", "half a year!", msg_param_cumulative_months="6")
    twitch.notice("mira", "submysterygift", msg_param_mass_gift_count="5", msg_param_community_gift_id="g")
    twitch.notice("mira", "subgift", msg_param_community_gift_id="g")
    twitch.notice("mira", "raid", msg_param_viewerCount="42")

    def seen() -> list[tuple[str, int, str]]:
        rows = InboxEvent.objects.order_by("id").values_list("kind", "amount", "currency")
        return [(kind, int(amount), currency) for kind, amount, currency in rows]

    await becomes(
        seen,
        [("donation", 100, "bits"), ("subscription", 6, "months"), ("gift", 5, "subs"), ("raid", 42, "viewers")],
    )


@pytest.mark.parametrize("is_own", [True, False])
async def test_the_channels_name_means_the_character_where_it_is_theirs(
    twitch: FakeTwitch, supervise: Supervise, in_studio: Studio, stream: Stream, is_own: bool
) -> None:
    await sync_to_async(make_link)(stream, "evening_show", is_own=is_own)
    supervise()
    await in_channel(twitch, "evening_show")

    twitch.say("evening_show", "@Evening_Show how are you?")
    twitch.say("evening_show", "yes", reply_parent_user_login="evening_show")

    await becomes(lambda: list(InboxEvent.objects.values_list("is_mention", flat=True)), [is_own, is_own])


async def test_one_channel_of_two_streams_is_read_once_and_told_to_both(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, other_stream: Stream
) -> None:
    await sync_to_async(make_link)(other_stream, "mira")
    supervise()
    await in_channel(twitch, "mira")
    await becomes(lambda: status_of(link), "connected")

    twitch.say("mira", "hello both")

    await becomes(lambda: (texts(stream), texts(other_stream)), (["hello both"], ["hello both"]))
    assert sum(line == "JOIN #mira" for visitor in twitch.past for line in visitor.lines) == 1


async def test_a_flood_of_thousands_is_taken_in_whole_in_batches(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    accept = feed.accept_events
    monkeypatch.setattr(feed, "accept_events", lambda where, events: [sizes.append(len(events)), accept(where, events)])
    supervise()
    await in_channel(twitch, "mira")

    for first in range(0, 4000, 200):
        lines = (twitch.line("mira", f"line {first + number}", f"viewer{number % 50}")[0] for number in range(200))
        twitch.send("mira", *lines)

    await becomes(InboxEvent.objects.count, 4000)
    assert await sync_to_async(texts)(stream) == [f"line {number}" for number in range(4000)]
    assert sum(sizes) == 4000
    assert len(sizes) < 200
    await becomes(lambda: row_of(link).messages_a_minute > 0)


async def test_lines_heard_twice_are_taken_in_once(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream
) -> None:
    supervise()
    await in_channel(twitch, "mira")
    line, _id = twitch.line("mira", "only once")

    twitch.send("mira", line, line)
    await becomes(lambda: texts(stream), ["only once"])
    twitch.hang_up()
    await holds(lambda: len(twitch.past) == 2)
    await in_channel(twitch, "mira")
    twitch.send("mira", line)
    twitch.say("mira", "another")

    await becomes(lambda: texts(stream), ["only once", "another"])


async def test_a_line_deleted_while_it_waits_is_cancelled(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream
) -> None:
    supervise()
    await in_channel(twitch, "mira")
    bad = twitch.say("mira", "bad words", "troll")
    twitch.say("mira", "nice words", "bo")
    await becomes(lambda: len(texts(stream)), 2)

    twitch.delete("mira", bad, "troll")

    await becomes(lambda: states(stream)["bad words"], ("cancelled", "deleted"))
    assert (await sync_to_async(states)(stream))["nice words"] == (EventState.WAITING, "")


@pytest.mark.parametrize("seconds", [0, 600])
async def test_a_banned_viewers_lines_are_cancelled(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, seconds: int
) -> None:
    supervise()
    await in_channel(twitch, "mira")
    twitch.say("mira", "bad", "troll")
    twitch.say("mira", "worse", "troll")
    twitch.say("mira", "nice", "bo")
    await becomes(lambda: len(texts(stream)), 3)

    twitch.ban("mira", "troll", seconds)

    gone, stays = ("cancelled", "deleted"), ("waiting", "")
    await becomes(lambda: states(stream), {"bad": gone, "worse": gone, "nice": stays})


async def test_a_line_deleted_in_the_same_breath_never_comes_up(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream
) -> None:
    supervise()
    await in_channel(twitch, "mira")
    line, bad = twitch.line("mira", "bad words", "troll")

    twitch.send("mira", line, f"@login=troll;target-msg-id={bad} :tmi.twitch.tv CLEARMSG #mira :bad words")
    twitch.say("mira", "nice words")

    await becomes(lambda: "nice words" in texts(stream))
    assert (await sync_to_async(states)(stream)).get("bad words") in {None, ("cancelled", "deleted")}


async def test_a_cleared_chat_empties_the_queue(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream
) -> None:
    supervise()
    await in_channel(twitch, "mira")
    twitch.say("mira", "one")
    twitch.say("mira", "two", "zoe")
    await becomes(lambda: len(texts(stream)), 2)

    twitch.clear("mira")

    await becomes(lambda: set(states(stream).values()), {("cancelled", "deleted")})


async def test_what_people_change_in_the_admin_happens_at_once(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream
) -> None:
    supervise()
    await in_channel(twitch, "mira")

    await sync_to_async(set_twitch_channel)(stream.pk, "zoe")
    await in_channel(twitch, "zoe")
    await asyncio.to_thread(twitch.gone_from, "mira")
    await sync_to_async(change)(link, is_enabled=False)
    await asyncio.to_thread(twitch.gone_from, "zoe")
    await holds(lambda: not twitch.present)
    await sync_to_async(change)(link, is_enabled=True)
    await in_channel(twitch, "zoe")
    stream.is_enabled = False
    await sync_to_async(stream.save)()

    await asyncio.to_thread(twitch.gone_from, "zoe")
    await becomes(lambda: status_of(link), "waiting")


async def test_connecting_anew_joins_afresh_and_clears_the_fault(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink
) -> None:
    supervise()
    await in_channel(twitch, "mira")
    twitch.send("mira", "@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #mira :gone")
    await becomes(lambda: (row_of(link).status, row_of(link).fault), ("faulty", LinkFault.SUSPENDED))

    await sync_to_async(connect_anew)(link.pk)

    await becomes(lambda: (row_of(link).status, row_of(link).fault), ("connected", ""))
    assert twitch.past[0].lines[-2:] == ["PART #mira", "JOIN #mira"]


async def test_many_channels_share_connections_of_bounded_size(
    twitch: FakeTwitch, supervise: Supervise, in_studio: Studio, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.links.twitch_line.CHANNELS_MOST", 3)
    monkeypatch.setattr("workers.links.supervisor.JoinBudget", lambda: _generous())
    for number in range(8):
        await sync_to_async(make_link)(stream, f"channel{number}")

    supervise()
    await holds(lambda: sum(len(visitor.channels) for visitor in twitch.present) == 8)

    assert sorted(len(visitor.channels) for visitor in twitch.present) == [2, 3, 3]


def _generous() -> Any:
    from workers.links.pacing import JoinBudget

    return JoinBudget(1000, 1.0)


async def test_lines_wait_while_the_database_is_away(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, is_away = feed.accept_events, True

    def failing(where: Any, events: Any) -> Any:
        if is_away:
            raise OperationalError("the server closed the connection unexpectedly")
        return accept(where, events)

    monkeypatch.setattr(feed, "accept_events", failing)
    monkeypatch.setattr(feed, "RETRY_FIRST_S", 0.05)
    supervise()
    await in_channel(twitch, "mira")
    twitch.say("mira", "one")
    twitch.say("mira", "two")
    await becomes(lambda: (row_of(link).status, row_of(link).fault), ("faulty", LinkFault.STORAGE))

    is_away = False

    await becomes(lambda: texts(stream), ["one", "two"])
    await becomes(lambda: status_of(link), "connected")


async def test_a_line_that_cannot_be_taken_in_costs_the_others_nothing(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = feed.accept_events

    def picky(where: Any, events: Any) -> Any:
        if any(event.text == "poison" for event in events):
            raise ValueError("a bug of ours")
        return accept(where, events)

    monkeypatch.setattr(feed, "accept_events", picky)
    supervise()
    await in_channel(twitch, "mira")

    twitch.send("mira", *(twitch.line("mira", text)[0] for text in ("one", "poison", "two")))

    await becomes(lambda: texts(stream), ["one", "two"])


async def test_a_deletion_that_fails_costs_the_lines_after_it_nothing(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_back, failures = feed.take_back, [StreamState.DoesNotExist("nothing of it is here")]

    def failing(where: Any, deletion: Any) -> int:
        if failures:
            raise failures.pop()
        return take_back(where, deletion)

    monkeypatch.setattr(feed, "take_back", failing)
    supervise()
    await in_channel(twitch, "mira")
    bad = twitch.say("mira", "bad", "troll")
    await becomes(lambda: texts(stream), ["bad"])

    twitch.delete("mira", "of-another-day", "ann")
    twitch.delete("mira", bad, "troll")
    twitch.say("mira", "good", "zoe")

    await becomes(lambda: texts(stream), ["bad", "good"])
    assert (await sync_to_async(states)(stream))["bad"] == ("cancelled", "deleted")
    assert failures == []


async def test_a_batch_that_cannot_be_handed_over_at_all_does_not_end_the_link(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver, failures = feed._deliver, [RuntimeError("no thread is left")]

    def failing(*work: Any) -> None:
        if failures:
            raise failures.pop()
        deliver(*work)

    monkeypatch.setattr(feed, "_deliver", failing)
    supervise()
    await in_channel(twitch, "mira")
    twitch.say("mira", "lost")
    await becomes(lambda: failures, [])

    twitch.say("mira", "arrives")

    await becomes(lambda: texts(stream), ["arrives"])


async def test_more_than_can_be_taken_in_leaves_out_the_oldest_plain_lines(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, is_away = feed.accept_events, True

    def failing(where: Any, events: Any) -> Any:
        if is_away:
            raise OperationalError("away")
        return accept(where, events)

    monkeypatch.setattr(feed, "accept_events", failing)
    monkeypatch.setattr(feed, "QUEUE_MOST", 5)
    monkeypatch.setattr(feed, "RETRY_FIRST_S", 0.05)
    supervise()
    await in_channel(twitch, "mira")
    twitch.say("mira", "first")
    await becomes(lambda: row_of(link).fault, LinkFault.STORAGE)
    twitch.say("mira", "money", bits="5")

    twitch.send("mira", *(twitch.line("mira", str(number))[0] for number in range(20)))
    await becomes(lambda: row_of(link).fault, LinkFault.FLOODED)
    is_away = False

    await becomes(lambda: texts(stream), ["first", "money", "16", "17", "18", "19"])


async def test_a_stopped_process_hands_over_what_it_heard_and_gives_its_links_back(
    twitch: FakeTwitch, supervise: Any, link: ChannelLink, stream: Stream
) -> None:
    first: LinkSupervisor = supervise()
    await in_channel(twitch, "mira")
    await becomes(lambda: status_of(link), "connected")
    twitch.say("mira", "last words")
    await holds(lambda: first._feeds[link.pk].last_message_at is not None)

    supervise.running[first].cancel()
    await first.stop()
    supervise.running.pop(first)

    assert await sync_to_async(texts)(stream) == ["last words"]
    assert (await sync_to_async(row_of)(link)).lease_owner == ""
    await holds(lambda: not twitch.present)


async def test_nothing_is_missed_while_one_process_takes_over_from_another(
    twitch: FakeTwitch, supervise: Any, link: ChannelLink, stream: Stream
) -> None:
    first: LinkSupervisor = supervise()
    await in_channel(twitch, "mira")
    supervise()

    supervise.running[first].cancel()
    stopping = asyncio.create_task(first.stop(handover_s=10))
    await in_channel(twitch, "mira", 2)
    twitch.say("mira", "on both")
    await stopping
    supervise.running.pop(first)
    twitch.say("mira", "on the heir's")

    await becomes(lambda: texts(stream), ["on both", "on the heir's"])
    assert len(twitch.present) == 1


async def test_a_process_that_lost_its_lease_reads_no_more(
    twitch: FakeTwitch, supervise: Supervise, link: ChannelLink
) -> None:
    supervise()
    await in_channel(twitch, "mira")

    await sync_to_async(change)(link, lease_owner="somebody else", fence=99)

    await asyncio.to_thread(twitch.gone_from, "mira")
