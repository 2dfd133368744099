"""Stage pages side by side: one is primary by lease; one that dies, sleeps or is replaced loses the place."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.test import AsyncClient

from personas.models import Persona
from streams.consumers import base
from streams.consumers import stage as stage_socket
from streams.models import StageLayout, StagePage, Stream, StreamState
from streams.selectors.stage import open_pages
from streams.services import looks
from streams.services import pages as page_services
from streams.services.pages import PRIMARY_S, PageFacts
from tests.factories.tenancy import make_token
from tests.live import test_sockets as sockets
from tests.live.test_sockets import Opener, Page, in_scope, refused, socket, ticket_of
from vtcontrol.kernel.errors import Conflict, NotFound
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import studio_scope

pytestmark = pytest.mark.django_db(transaction=True)
pages, quick, patient = sockets.pages, sockets.quick, sockets.patient


@sync_to_async
def primary_of(stream: Stream) -> str:
    with studio_scope(stream.studio_id):
        return str(StreamState.objects.get(stream=stream).primary_page)


@sync_to_async
def rows_of(stream: Stream) -> list[StagePage]:
    with studio_scope(stream.studio_id):
        return list(StagePage.objects.filter(stream=stream))


async def kill(page: Page) -> None:
    """End the page's socket as a killed server process does: nobody is told, nothing is given back."""
    page.wire.future.cancel()
    with suppress(asyncio.CancelledError):
        await page.wire.future
    page.wire.disconnect = _nothing


async def _nothing() -> None:
    """Nobody is left to say goodbye to."""


async def become(page: Page) -> bool:
    return bool((await page.next("primary"))["primary"])


async def test_a_page_that_closes_hands_its_place_over_without_waiting_for_a_beat(
    stream: Stream,
    pages: Opener,
) -> None:
    primary, second = await pages(stream), await pages(stream)

    await primary.wire.disconnect()

    assert await become(second)
    assert await primary_of(stream) == second.hello["page"]


@pytest.mark.usefixtures("quick", "patient")
async def test_a_killed_primary_is_replaced_when_its_lease_runs_out(
    stream: Stream,
    pages: Opener,
    wait: Callable[[float], None],
) -> None:
    primary, second = await pages(stream), await pages(stream)
    await kill(primary)
    assert await primary_of(stream) == primary.hello["page"]

    wait(PRIMARY_S + 1)

    assert await become(second)
    assert await primary_of(stream) == second.hello["page"]


@pytest.mark.usefixtures("quick")
async def test_a_page_that_answers_no_ping_gives_its_place_to_one_that_does(
    stream: Stream,
    pages: Opener,
) -> None:
    frozen, second = await pages(stream), await pages(stream)

    while True:
        await second.wire.send_json_to({"type": "pong", "n": 1})
        frame = await second.wire.receive_json_from(timeout=5)
        if frame["type"] == "primary":
            break

    assert frame["primary"] is True
    assert await become(frozen) is False


@pytest.mark.usefixtures("quick")
async def test_a_page_that_wakes_up_takes_a_free_place_again(
    stream: Stream,
    pages: Opener,
) -> None:
    page = await pages(stream)
    assert await become(page) is False

    await page.wire.send_json_to({"type": "pong", "n": 1})

    assert await become(page)


async def test_a_chosen_page_becomes_primary_and_the_old_one_is_told(
    stream: Stream,
    pages: Opener,
) -> None:
    old, chosen = await pages(stream), await pages(stream)

    await in_scope(stream, page_services.make_primary, stream.pk, chosen.hello["page"])

    assert await become(chosen)
    assert await become(old) is False
    assert [row["is_primary"] for row in await in_scope(stream, open_pages, stream.pk)] == [False, True]


async def test_a_program_lists_the_pages_and_chooses_the_primary_one(
    stream: Stream, pages: Opener, async_client: AsyncClient
) -> None:
    old, chosen = await pages(stream), await pages(stream)
    token = await in_scope(stream, lambda: make_token(TokenKind.API, stream=stream)[1])
    path, asked = f"/api/v1/streams/{stream.pk}/pages", {"headers": {"Authorization": f"Bearer {token}"}}

    answer = await async_client.post(f"{path}/{chosen.hello['page']}/primary", **asked)
    listed = await async_client.get(path, **asked)

    assert answer.status_code == 202
    assert [(row["page"], row["is_primary"]) for row in listed.json()] == [
        (old.hello["page"], False),
        (chosen.hello["page"], True),
    ]
    assert await become(chosen)


async def test_a_preview_a_stranger_and_a_sleeper_cannot_be_made_primary(
    stream: Stream,
    other_stream: Stream,
    pages: Opener,
    wait: Callable[[float], None],
) -> None:
    preview, page, other = await pages(stream, query="?preview=1"), await pages(stream), await pages(other_stream)

    with pytest.raises(Conflict):
        await in_scope(stream, page_services.make_primary, stream.pk, preview.hello["page"])
    for named in (other_stream, stream):
        with pytest.raises(NotFound):
            await in_scope(stream, page_services.make_primary, named.pk, other.hello["page"])
    wait(PRIMARY_S + 1)
    with pytest.raises(Conflict):
        await in_scope(stream, page_services.make_primary, stream.pk, page.hello["page"])
    assert await primary_of(other_stream) == other.hello["page"]


async def test_a_page_whose_sound_comes_out_replaces_one_that_is_held_back(
    stream: Stream,
    pages: Opener,
) -> None:
    tab, obs = await pages(stream), await pages(stream)
    await tab.wire.send_json_to({"type": "ready", "audio": "suspended", "obs": False, "width": 800, "height": 600})
    await _until(stream, lambda rows: any(row.audio == "suspended" for row in rows))

    await obs.wire.send_json_to({"type": "ready", "audio": "running", "obs": True, "width": 1920, "height": 1080})

    assert await become(obs)
    assert await become(tab) is False


async def test_the_team_sees_which_pages_are_open_and_how_they_are(
    stream: Stream,
    pages: Opener,
) -> None:
    page = await pages(stream)
    await page.wire.send_json_to({"type": "ready", "audio": "running", "obs": True, "width": 1920, "height": 1080})

    await _until(stream, lambda rows: [(row.audio, row.is_obs, row.width) for row in rows] == [("running", True, 1920)])
    await page.wire.disconnect()

    assert await rows_of(stream) == []


@pytest.mark.parametrize(
    "said",
    [{"audio": "loud"}, {"audio": 5}, {"width": -1}, {"width": 10**9}, {"width": True}, {"height": "9"}, {"obs": 1}],
)
async def test_nonsense_about_a_page_is_not_believed(
    stream: Stream,
    pages: Opener,
    said: dict[str, Any],
) -> None:
    page = await pages(stream)

    await page.wire.send_json_to({"type": "ready", **said})
    await page.wire.send_json_to({"type": "ready", "audio": "running", **said})
    await page.wire.disconnect()

    assert stage_socket._facts_of({"type": "ready", **said}, PageFacts()) == PageFacts()


async def test_rows_of_pages_that_vanished_are_swept_by_the_next_one(
    stream: Stream,
    pages: Opener,
    wait: Callable[[float], None],
) -> None:
    lost = await pages(stream)
    await kill(lost)
    wait(page_services.GONE_S + 1)

    page = await pages(stream)

    assert [row.page for row in await rows_of(stream)] == [page.hello["page"]]
    assert page.hello["primary"] is True


async def test_a_socket_joins_no_group_of_another_studios_stream(
    stream: Stream, other_stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[str] = []
    layer = get_channel_layer()
    monkeypatch.setattr(layer, "group_add", lambda group, _channel: joined.append(group))
    token = await in_scope(stream, _wide_token)
    ticket = await ticket_of(token)

    assert await refused(socket(f"/ws/stage?stream={other_stream.pk}", "vtcontrol.v1", f"ticket.{ticket}"))
    assert joined == []


def _wide_token() -> Any:
    from tests.factories.tenancy import make_token

    return make_token(TokenKind.API)[0]


async def test_open_pages_follow_a_changed_layout_at_once(
    stream: Stream,
    pages: Opener,
) -> None:
    page, preview = await pages(stream), await pages(stream, query="?preview=1")

    await in_scope(stream, _mirror, stream)

    for one in (page, preview):
        look = await one.next("look")
        assert look["characters"][0]["place"] == {"x": 20.0, "y": 0, "height": 68, "mirrored": True}
        assert look["layout"]["subtitles"]["size"] == 60
        assert look["audio"]["volume"] == 50


def _mirror(stream: Stream) -> None:
    layout = StageLayout.objects.get(stream=stream)
    layout.figure_x, layout.is_mirrored, layout.subtitle_size, layout.volume = 20.0, True, 60, 50
    looks.lay_out(layout)


async def test_two_characters_stand_in_the_greeting(stream: Stream, pages: Opener) -> None:
    await in_scope(stream, _invite, stream)

    look = (await pages(stream)).hello["look"]

    assert [(one["key"], one["place"]["mirrored"]) for one in look["characters"]] == [("first", False), ("guest", True)]
    assert look["characters"][0]["name"] == look["character"]


def _invite(stream: Stream) -> None:
    StageLayout.objects.filter(stream=stream).update(guest=Persona.objects.get(pk=stream.persona_id))


async def test_a_reset_layout_is_that_of_a_new_stream_and_keeps_the_guest(
    stream: Stream,
    pages: Opener,
) -> None:
    fresh = (await pages(stream)).hello["look"]["layout"]
    await in_scope(stream, _invite, stream)
    await in_scope(stream, _mirror, stream)

    await in_scope(stream, lambda: looks.reset_layout(StageLayout.objects.get(stream=stream)))

    look = (await pages(stream)).hello["look"]
    assert look["layout"] == fresh
    assert len(look["characters"]) == 2


async def test_an_old_lease_is_not_renewed_by_a_page_without_life(
    stream: Stream,
    pages: Opener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "BEAT_S", 0.05)
    await pages(stream)

    async with asyncio.timeout(5):
        while await primary_of(stream):
            await asyncio.sleep(0.02)


async def _until(stream: Stream, is_so: Callable[[list[StagePage]], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so(await rows_of(stream)):
            await asyncio.sleep(0.02)


def test_the_lease_is_longer_than_two_beats() -> None:
    assert PRIMARY_S > 2 * base.BEAT_S
