"""The surroundings of the links: a Twitch of our own, connections without patience, links in the database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from streams.models import ChannelLink, Stream
from tests.fakes.twitch_irc import FakeTwitch, fake_twitch
from tests.live.conftest import lease, started, wire  # noqa: F401 - fixtures
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from workers.links.pacing import JoinBudget, Pace
from workers.links.supervisor import LinkSupervisor
from workers.links.twitch_chat import Said, TakenBack
from workers.links.twitch_line import TwitchLine

HASTE = Pace(
    open_s=5, quiet_s=30, answer_s=5, join_s=30, join_again_s=30, join_again_most_s=30, handover_s=30, backoff_s=0.05
)
"""Waits of a test: long where nothing is expected to run out, short between attempts."""
PATIENCE_S = 40.0


@pytest.fixture
def twitch() -> Iterator[FakeTwitch]:
    with fake_twitch() as made:
        yield made


async def holds(is_so: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(patience_s):
        while not is_so():
            await asyncio.sleep(0.01)


class Listening:
    """A line to Twitch, and what it heard."""

    def __init__(self, url: str, pace: Pace = HASTE) -> None:
        self.heard: list[Said | TakenBack] = []
        self.line = TwitchLine(url, pace, JoinBudget(1000, 1.0), self.heard.append)

    @property
    def texts(self) -> list[str]:
        return [one.event.text for one in self.heard if isinstance(one, Said)]

    async def sits_in(self, *channels: str) -> None:
        """Join channels and wait until we are in."""
        for channel in channels:
            self.line.want(channel)
        await holds(lambda: all(self.line.seats[channel].is_in for channel in channels))


Listen = Callable[..., Listening]


@pytest.fixture
async def listen(twitch: FakeTwitch) -> AsyncIterator[Listen]:
    made: list[Listening] = []

    def begin(pace: Pace = HASTE, url: str = "") -> Listening:
        made.append(Listening(url or twitch.url, pace))
        return made[-1]

    yield begin
    for one in made:
        await one.line.aclose()


@pytest.fixture
def link(in_studio: Studio, stream: Stream) -> ChannelLink:
    """The stream reads twitch.tv/mira."""
    return make_link(stream)


def make_link(stream: Stream, channel: str = "mira", **fields: Any) -> ChannelLink:
    with studio_scope(stream.studio_id):
        link = ChannelLink(stream=stream, channel=channel, **fields)
        link.save()
    return link


def row_of(link: ChannelLink) -> ChannelLink:
    with studio_scope(link.studio_id):
        found: ChannelLink = ChannelLink.objects.get(pk=link.pk)
    return found


Supervise = Callable[..., LinkSupervisor]


@pytest.fixture
async def supervise(twitch: FakeTwitch) -> AsyncIterator[Supervise]:
    """Run supervisors, as link processes do; each has a name of its own."""
    running: dict[LinkSupervisor, asyncio.Task[None]] = {}

    def begin(pace: Pace = HASTE) -> LinkSupervisor:
        made = LinkSupervisor(f"test:{uuid7().hex}", twitch.url, pace=pace, look_s=0.05)
        running[made] = asyncio.create_task(made.run())
        return made

    begin.running = running  # type: ignore[attr-defined]  # tests kill them by it
    yield begin
    for supervisor, task in running.items():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await supervisor.stop()
