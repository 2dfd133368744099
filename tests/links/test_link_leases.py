"""Who reads which channel: taken by one process at a time, let go when it is not wanted, inherited when one dies."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from streams.models import ChannelLink, LinkFault, LinkStatus, Stream
from streams.selectors.health import platform_links
from streams.selectors.links import link_states, twitch_channel
from streams.services.links import (
    TAKE_MOST,
    HeldLink,
    LinkReport,
    channel_name,
    connect_anew,
    count_unread,
    hold_links,
    release_links,
    report_links,
    set_twitch_channel,
)
from tests.links.conftest import make_link, row_of
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio


def held(owner: str, room: int = 100) -> list[HeldLink]:
    return hold_links(owner, room=room)


def names(owner: str, room: int = 100) -> list[str]:
    return sorted(link.channel for link in held(owner, room))


def let_expire(link: ChannelLink) -> None:
    with unscoped("a test lets a lease run out"):
        ChannelLink.objects.filter(pk=link.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))


def test_a_link_is_taken_by_one_process(link: ChannelLink) -> None:
    (first,) = held("a")

    assert (first.channel, first.stream_id, first.studio_id) == ("mira", link.stream_id, link.studio_id)
    assert held("b") == []
    assert held("a") == [first]
    assert row_of(link).status == LinkStatus.CONNECTING


def test_links_of_every_studio_are_taken(link: ChannelLink, other_stream: Stream) -> None:
    make_link(other_stream, "zoe")

    assert names("a") == ["mira", "zoe"]


def test_a_process_takes_no_more_than_it_has_room_for(in_studio: Studio, stream: Stream) -> None:
    for number in range(TAKE_MOST + 5):
        make_link(stream, f"channel{number}")

    assert len(held("a", room=3)) == 3
    assert len(held("b")) == TAKE_MOST
    assert len(held("c")) == 2
    assert held("d") == []


def test_an_heir_takes_over_with_a_higher_fence(link: ChannelLink) -> None:
    (first,) = held("a")
    let_expire(link)

    (second,) = held("b")

    assert second.fence == first.fence + 1
    assert held("a") == []


def test_a_lease_that_ran_out_unnoticed_is_kept_if_nobody_took_it(link: ChannelLink) -> None:
    (first,) = held("a")
    let_expire(link)

    assert held("a") == [first]
    assert held("b") == []


@pytest.mark.parametrize("what", ["link", "stream", "studio"])
def test_what_is_switched_off_is_let_go_and_taken_again_when_it_is_back(link: ChannelLink, what: str) -> None:
    held("a")
    switched, field = {
        "link": (link, "is_enabled"),
        "stream": (link.stream, "is_enabled"),
        "studio": (link.studio, "is_active"),
    }[what]
    setattr(switched, field, False)
    switched.save(update_fields=[field])

    assert held("a") == held("b") == []
    assert (row_of(link).lease_owner, row_of(link).status) == ("", LinkStatus.WAITING)
    setattr(switched, field, True)
    switched.save(update_fields=[field])
    assert names("b") == ["mira"]


def test_a_renamed_link_is_held_under_its_new_name(link: ChannelLink) -> None:
    (before,) = held("a")

    set_twitch_channel(link.stream_id, "Zoe")

    (after,) = held("a")
    assert (after.channel, after.link_id, after.fence) == ("zoe", before.link_id, before.fence)


def test_a_report_is_written_down(link: ChannelLink) -> None:
    (mine,) = held("a")
    now = timezone.now()
    report = LinkReport(mine.link_id, mine.fence, LinkStatus.CONNECTED, "moved", now, now, now, 12, "slow=30")

    report_links("a", [report])

    row = row_of(link)
    assert (row.status, row.fault, row.messages_a_minute, row.modes) == ("connected", "moved", 12, "slow=30")
    assert row.connected_at == row.last_message_at == row.fault_at == now


def test_a_process_that_lost_a_link_writes_nothing_about_it(link: ChannelLink) -> None:
    (mine,) = held("a")
    let_expire(link)
    held("b")

    report_links("a", [LinkReport(mine.link_id, mine.fence, LinkStatus.CONNECTED)])
    report_links("b", [LinkReport(mine.link_id, mine.fence, LinkStatus.CONNECTED)])  # with the fence of before

    assert row_of(link).status == LinkStatus.CONNECTING


def test_a_report_without_news_forgets_nothing(link: ChannelLink) -> None:
    (mine,) = held("a")
    now = timezone.now()
    report_links("a", [LinkReport(mine.link_id, mine.fence, "faulty", "silent", now, last_message_at=now)])

    report_links("a", [LinkReport(mine.link_id, mine.fence, "connected", connected_at=now)])

    row = row_of(link)
    assert (row.fault, row.fault_at, row.last_message_at) == ("silent", now, now)


def test_links_that_are_given_back_are_free_at_once(link: ChannelLink, other_stream: Stream) -> None:
    other = make_link(other_stream, "zoe")
    held("a", room=1)
    held("b")

    assert release_links("a") == 1

    assert count_unread([link.pk, other.pk]) == 1
    assert names("c") == ["mira"]
    assert count_unread([link.pk, other.pk]) == 0
    assert release_links() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_one_gets_the_link(link: ChannelLink) -> None:
    def take(owner: str) -> int:
        try:
            return len(held(owner))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        taken = list(threads.map(take, [f"process {number}" for number in range(6)]))

    assert sum(taken) == 1
    assert row_of(link).fence == 1


@pytest.mark.parametrize(
    "text", ["mira", " Mira ", "@MIRA", "#mira", "twitch.tv/Mira", "https://www.twitch.tv/mira", "http://m.twitch.tv/mira",
             "https://www.twitch.tv/mira/videos", "https://twitch.tv/mira?referrer=raid", "twitch.tv/popout/mira/chat"]
)  # fmt: skip
def test_a_channels_name_is_read_however_it_was_written(text: str) -> None:
    assert channel_name(text) == "mira"


@pytest.mark.parametrize(
    "text", ["", "мира", "two words", "a" * 26, "mira\nPRIVMSG", "https://youtube.com/mira", "mi-ra"]
)
def test_what_can_be_no_channel_is_refused(text: str) -> None:
    with pytest.raises(InputInvalid) as refusal:
        channel_name(text)

    assert refusal.value.field == "channel"


def test_the_streams_channel_is_set_renamed_and_taken_away(in_studio: Studio, stream: Stream) -> None:
    seen = []
    for name in ("Mira", "https://twitch.tv/zoe", "zoe", ""):
        set_twitch_channel(stream.pk, name)
        seen.append((twitch_channel(stream.pk), ChannelLink.objects.count()))

    assert seen == [("mira", 1), ("zoe", 1), ("zoe", 1), ("", 0)]


def test_a_channel_named_twice_is_one_link(in_studio: Studio, stream: Stream) -> None:
    make_link(stream, "mira")
    make_link(stream, "zoe")

    set_twitch_channel(stream.pk, "zoe")

    assert list(ChannelLink.objects.values_list("channel", flat=True)) == ["zoe"]


def test_a_renamed_link_forgets_the_faults_of_its_old_name(in_studio: Studio, stream: Stream) -> None:
    link = make_link(stream, "mirra", fault=LinkFault.NO_CHANNEL, fault_at=timezone.now(), is_enabled=False)

    set_twitch_channel(stream.pk, "mira")

    row = row_of(link)
    assert (row.channel, row.fault, row.fault_at, row.is_enabled) == ("mira", "", None, True)


def test_connecting_anew_is_asked_for_and_forgets_the_fault(link: ChannelLink) -> None:
    ChannelLink.objects.filter(pk=link.pk).update(fault=LinkFault.SILENT)

    connect_anew(link.pk)

    assert (row_of(link).asked_anew, row_of(link).fault) == (1, "")
    assert held("a")[0].asked_anew == 1


def test_nobody_touches_the_links_of_another_studio(link: ChannelLink, other_studio: Studio) -> None:
    with studio_scope(other_studio.pk):
        for touch in (lambda: connect_anew(link.pk), lambda: set_twitch_channel(link.stream_id, "zoe")):
            with pytest.raises(NotFound):
                touch()
        assert link_states(link.stream_id) == []

    assert (row_of(link).asked_anew, row_of(link).channel) == (0, "mira")


def test_docks_see_how_links_stand(link: ChannelLink) -> None:
    make_link(link.stream, "off", is_enabled=False)
    unread = make_link(link.stream, "unread")
    (mine,) = held("a", room=1)
    now = timezone.now()
    report_links("a", [LinkReport(mine.link_id, mine.fence, "connected", "", None, now, now, 7)])

    states = {state.channel: state for state in link_states(link.stream_id)}

    assert {name: state.standing for name, state in states.items()} == {
        "mira": "connected",
        "off": "off",
        "unread": "unread",
    }
    assert (states["mira"].messages_a_minute, states["mira"].connected_at) == (7, now)
    assert unread.pk == states["unread"].id


def test_the_health_panel_shows_a_link_whose_process_died_as_waiting(link: ChannelLink) -> None:
    (mine,) = held("a")
    report_links("a", [LinkReport(mine.link_id, mine.fence, "connected")])
    before = platform_links(link.stream_id)

    let_expire(link)

    assert [one["state"] for one in (*before, *platform_links(link.stream_id))] == ["ok", "waiting"]


def test_a_link_that_is_not_there_is_not_found(in_studio: Studio) -> None:
    with pytest.raises(NotFound):
        connect_anew(uuid7())
