"""A line to Twitch against a local one: it reads what is there, notices what goes wrong, and comes back."""

import asyncio
from dataclasses import replace

from streams.models import LinkFault, LinkStatus
from tests.fakes.twitch_irc import FakeTwitch
from tests.links.conftest import HASTE, Listen, Listening, holds
from workers.links.irc import LINE_LONGEST
from workers.links.pacing import JoinBudget
from workers.links.twitch_chat import TakenBack


async def in_thread(work: object, *args: object) -> object:
    return await asyncio.to_thread(work, *args)  # type: ignore[arg-type]  # the fake's own methods


async def test_it_signs_in_as_nobody_and_asks_for_tags(twitch: FakeTwitch, listen: Listen) -> None:
    await listen().sits_in("mira")

    lines = twitch.past[0].lines
    assert lines[0] == "CAP REQ :twitch.tv/tags twitch.tv/commands"
    assert lines[1].startswith("NICK justinfan")
    assert lines[2] == "JOIN #mira"
    assert not any(line.startswith("PASS") for line in lines)


async def test_it_hears_what_is_said(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira", "zoe")

    twitch.say("mira", "привет, 木村さん 👋🏽")
    twitch.say("zoe", "hello")
    twitch.ban("mira", "bo", 600)

    await holds(lambda: len(listening.heard) == 3)
    assert [one.channel for one in listening.heard] == ["mira", "zoe", "mira"]
    assert listening.texts == ["привет, 木村さん 👋🏽", "hello"]
    assert isinstance(listening.heard[2], TakenBack)


async def test_it_answers_pings(twitch: FakeTwitch, listen: Listen) -> None:
    await listen().sits_in("mira")

    twitch.to_all("PING :tmi.twitch.tv")

    await holds(lambda: "PONG :tmi.twitch.tv" in twitch.past[0].lines)


async def test_half_lines_several_lines_and_letters_cut_in_two(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")
    lines = "".join(f"{twitch.line('mira', f'строка {number} ☃')[0]}\r\n" for number in range(30)).encode()

    for at in range(0, len(lines), 37):
        twitch.raw("mira", lines[at : at + 37])

    await holds(lambda: len(listening.heard) == 30)
    assert listening.texts == [f"строка {number} ☃" for number in range(30)]


async def test_garbage_and_huge_lines_cost_nothing_else(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")

    twitch.raw("mira", bytes(range(256)) * 20 + b"\r\n")
    twitch.raw("mira", "@" * 3 * LINE_LONGEST + "\r\n")
    twitch.raw("mira", "@;;=;=x;bits=🤷;id= :x PRIVMSG #mira\r\n::: :\r\nPRIVMSG\r\nJOIN\r\nPING\r\nCLEARMSG #mira\r\n")
    twitch.say("mira", "still here?")

    await holds(lambda: "still here?" in listening.texts)
    assert len(twitch.past) == 1


async def test_a_frame_beyond_all_measure_ends_the_connection_and_no_more(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")

    twitch.raw("mira", "x" * 2_000_000)
    await holds(lambda: len(twitch.past) == 2)
    await holds(lambda: listening.line.seats["mira"].is_in)
    twitch.say("mira", "again")

    await holds(lambda: listening.texts == ["again"])
    assert listening.line.seats["mira"].fault == LinkFault.GARBAGE


async def test_a_flood_arrives_whole_and_in_order(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")

    for first in range(0, 5000, 250):
        twitch.send("mira", *(twitch.line("mira", f"line {first + number}")[0] for number in range(250)))

    await holds(lambda: len(listening.heard) == 5000)
    assert listening.texts == [f"line {number}" for number in range(5000)]


async def test_a_connection_that_falls_silent_is_made_anew(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen(replace(HASTE, quiet_s=0.1, answer_s=0.1))
    await listening.sits_in("mira")

    twitch.is_deaf = True
    await holds(lambda: listening.line.seats["mira"].fault in {LinkFault.SILENT, LinkFault.TIMEOUT})
    assert any(line == "PING :vtcontrol" for line in twitch.past[0].lines)
    twitch.is_deaf = False

    await holds(lambda: listening.line.seats["mira"].status == LinkStatus.CONNECTED)
    twitch.say("mira", "hello?")
    await holds(lambda: "hello?" in listening.texts)


async def test_quiet_rooms_are_not_mistaken_for_silence(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen(replace(HASTE, quiet_s=0.05, answer_s=5))
    await listening.sits_in("mira")

    await holds(lambda: twitch.past[0].lines.count("PING :vtcontrol") >= 3)

    assert len(twitch.past) == 1
    assert listening.line.seats["mira"].status == LinkStatus.CONNECTED


async def test_asked_to_reconnect_it_reads_the_old_connection_until_the_new_one_stands(
    twitch: FakeTwitch, listen: Listen
) -> None:
    listening = listen()
    await listening.sits_in("mira")
    await asyncio.sleep(HASTE.backoff_s * 2)  # not asked again at once, which would be a server gone mad

    old = twitch.present[0]
    twitch.reconnect()
    twitch.say("mira", "meanwhile")
    await in_thread(twitch.in_channel, "mira", 2)
    twitch.say("mira", "on both")
    await holds(lambda: listening.texts.count("on both") == 2)
    twitch.hang_up(old)
    await holds(lambda: old not in twitch.present)
    twitch.say("mira", "on the new one")

    await holds(lambda: "on the new one" in listening.texts)
    assert "meanwhile" in listening.texts
    assert len({one.event.platform_id for one in listening.heard if not isinstance(one, TakenBack)}) == 3
    seat = listening.line.seats["mira"]
    assert (seat.status, seat.fault) == (LinkStatus.CONNECTED, LinkFault.MOVED)


async def test_after_a_lost_connection_every_channel_is_joined_again(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira", "zoe")

    twitch.hang_up()
    await holds(lambda: len(twitch.past) == 2)
    await holds(lambda: all(seat.is_in for seat in listening.line.seats.values()))
    twitch.say("zoe", "back")

    await holds(lambda: listening.texts == ["back"])
    assert {seat.fault for seat in listening.line.seats.values()} == {LinkFault.CLOSED}


async def test_while_twitch_is_away_it_is_tried_again_and_again(twitch: FakeTwitch, listen: Listen) -> None:
    twitch.shut()
    listening = listen()
    listening.line.want("mira")
    await holds(lambda: listening.line.seats["mira"].fault == LinkFault.UNREACHABLE)
    assert listening.line.seats["mira"].status == LinkStatus.FAULTY

    twitch.open()

    await holds(lambda: listening.line.seats["mira"].status == LinkStatus.CONNECTED)


async def test_a_refused_connection_is_named_so(twitch: FakeTwitch, listen: Listen) -> None:
    twitch.refuses = True
    listening = listen()
    listening.line.want("mira")

    await holds(lambda: listening.line.seats["mira"].fault == LinkFault.REFUSED)
    twitch.refuses = False

    await holds(lambda: listening.line.seats["mira"].status == LinkStatus.CONNECTED)


async def test_a_server_that_is_no_chat_is_named_so(listen: Listen) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    listening = listen(url=f"ws://127.0.0.1:{port}")
    listening.line.want("mira")

    await holds(lambda: listening.line.seats["mira"].fault == LinkFault.GARBAGE)
    await listening.line.aclose()
    server.close()
    await server.wait_closed()


async def test_a_channel_that_does_not_answer_is_named_so_and_asked_again(twitch: FakeTwitch, listen: Listen) -> None:
    twitch.unknown.add("mirra")
    listening = listen(replace(HASTE, join_s=0.1, join_again_s=0.2))
    listening.line.want("mirra")
    await listening.sits_in("mira")

    await holds(lambda: listening.line.seats["mirra"].fault == LinkFault.NO_CHANNEL)
    assert listening.line.seats["mirra"].status == LinkStatus.FAULTY
    assert listening.line.seats["mira"].status == LinkStatus.CONNECTED
    twitch.unknown.clear()

    await holds(lambda: listening.line.seats["mirra"].status == LinkStatus.CONNECTED)


async def test_a_suspended_channel_is_named_so(twitch: FakeTwitch, listen: Listen) -> None:
    twitch.suspended.add("mira")
    listening = listen(replace(HASTE, join_s=0.1, join_again_s=0.1))
    listening.line.want("mira")

    await holds(lambda: listening.line.seats["mira"].fault == LinkFault.SUSPENDED)
    assert listening.line.seats["mira"].status == LinkStatus.FAULTY
    twitch.suspended.clear()

    await holds(lambda: listening.line.seats["mira"].status == LinkStatus.CONNECTED)


async def test_channels_come_and_go_while_it_is_connected(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")

    await listening.line.unwant("mira")
    await in_thread(twitch.gone_from, "mira")
    await listening.sits_in("zoe")
    twitch.say("zoe", "hi")

    await holds(lambda: listening.texts == ["hi"])
    assert len(twitch.past) == 1


async def test_asked_to_join_afresh_it_leaves_and_joins(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")

    await listening.line.again("mira")

    await holds(lambda: twitch.past[0].lines[-2:] == ["PART #mira", "JOIN #mira"])
    await holds(lambda: listening.line.seats["mira"].is_in)


async def test_asked_to_join_afresh_it_does_not_wait_for_its_next_attempt(twitch: FakeTwitch, listen: Listen) -> None:
    twitch.shut()
    listening = listen(replace(HASTE, backoff_s=3600))
    listening.line.want("mira")
    await holds(lambda: listening.line.seats["mira"].fault == LinkFault.UNREACHABLE)
    twitch.open()

    await listening.line.again("mira")

    await holds(lambda: listening.line.seats["mira"].status == LinkStatus.CONNECTED)


async def test_what_a_room_demands_is_known(twitch: FakeTwitch, listen: Listen) -> None:
    listening = listen()
    await listening.sits_in("mira")

    twitch.send("mira", "@room-id=1;slow=30 :tmi.twitch.tv ROOMSTATE #mira")
    await holds(lambda: listening.line.seats["mira"].modes == {"slow": "30"})
    twitch.send("mira", "@room-id=1;slow=0 :tmi.twitch.tv ROOMSTATE #mira")

    await holds(lambda: listening.line.seats["mira"].modes == {})


async def test_a_line_that_ends_leaves_no_connection_behind(twitch: FakeTwitch, listen: Listen) -> None:
    listening: Listening = listen()
    await listening.sits_in("mira")

    await listening.line.aclose()

    await in_thread(twitch.until, lambda: not twitch.present)


async def test_joins_keep_to_their_budget() -> None:
    budget = JoinBudget(most=10, seconds=0.2)
    loop = asyncio.get_running_loop()
    took: list[float] = []

    for _ in range(30):
        await budget.take()
        took.append(loop.time())

    assert all(later - took[place] >= 0.19 for place, later in enumerate(took[10:]))
