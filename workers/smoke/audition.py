"""A smoke test: post a line as a viewer, listen as a stage page, and find out what became of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from vtcontrol.kernel.ids import uuid7
from workers.smoke.failing import SmokeFailed
from workers.smoke.page import StagePage, open_stage, stage_address
from workers.smoke.report import Report, judge
from workers.smoke.rest import Rest

PLATFORM = "smoke"
VIEWER = "smoke-test"
VIEWER_NAMES = {"en": "Sam", "ru": "Саша", "zh": "小林"}
LINES = {
    "en": "Hello! How are you tonight?",
    "ru": "Привет! Как у тебя дела?",
    "zh": "你好！今天过得怎么样？",
}
OPEN_STATES = frozenset({"waiting", "taken"})
OPEN_TURNS = frozenset({"preparing", "speaking"})
ASK_EVERY_S = 1.0
SETTLE_S = 0.1
REQUEST_S = 10.0


@dataclass(frozen=True, slots=True)
class Door:
    """How to get in.

    Attributes:
        url: Address of the server, without a path.
        stage_token: Opens the stage socket: a stage page's token, or an API token.
        event_token: Posts events: a dock's token, or the same API token.
        stream: Id of the stream; needed only by a token that is for all of a studio's streams.
        is_preview: Listen without ever being the stage's primary page.
    """

    url: str
    stage_token: str = field(repr=False)
    event_token: str = field(repr=False)
    stream: str = ""
    is_preview: bool = False


async def audition(door: Door, *, text: str = "", timeout_s: float = 60.0) -> Report:
    """Make one smoke test.

    Args:
        door: How to get in.
        text: What the viewer says; "" for a greeting in the stream's language.
        timeout_s: How long all of it may take.

    Raises:
        SmokeFailed: It could not be made at all; a character that was not heard is a report.
    """
    attempt = _Attempt(door, min(REQUEST_S, timeout_s / 2))
    try:
        async with asyncio.timeout(timeout_s):
            return await attempt.run(text)
    except TimeoutError:
        raise SmokeFailed(attempt.why_so_long(timeout_s)) from None


class _Attempt:
    def __init__(self, door: Door, patience_s: float) -> None:
        self._door = door
        self._patience_s = patience_s
        self._rest = Rest(door.url, patience_s)
        self._outcome: dict[str, Any] | None = None

    async def run(self, text: str) -> Report:
        """Go in, say something, listen, judge."""
        session = await self._call("POST", "session", self._door.stage_token)
        stream = self._door.stream or (session.get("stream") or {}).get("id")
        if not stream:
            raise SmokeFailed(_("This token is for every stream of its studio: add --stream with a stream's id."))
        ticket = await self._call("POST", "tickets", self._door.stage_token)
        preview = {"preview": "1"} if self._door.is_preview else {}
        address = stage_address(self._door.url, stream=str(stream), **preview)
        async with await open_stage(address, str(ticket.get("ticket")), self._patience_s) as socket:
            return await self._listen(StagePage(socket), str(stream), text)

    async def _listen(self, page: StagePage, stream: str, text: str) -> Report:
        hello = await page.greet()
        if hello.get("panicked"):
            raise SmokeFailed(_("The stream is silenced by the panic button; release it first."))
        loop = asyncio.get_running_loop()
        listening = loop.create_task(page.run())
        try:
            posted_at = loop.time()
            self._outcome = await self._post(stream, str(hello["stream"].get("language")), text)
            outcome = await self._until_over(page, listening, f"streams/{stream}/events/{self._outcome.get('id')}")
        finally:
            page.close()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        heard = page.ears.turns.get(str((outcome.get("turn") or {}).get("id")))
        return judge(outcome, heard, posted_at=posted_at, is_muted=page.is_muted)

    async def _post(self, stream: str, language: str, text: str) -> dict[str, Any]:
        """Say a line as a viewer, always the same one, so that no crowd of test viewers gathers."""
        line = {
            "kind": "chat",
            "text": text or LINES.get(language, LINES["en"]),
            "author_name": VIEWER_NAMES.get(language, VIEWER_NAMES["en"]),
            "author_id": VIEWER,
            "platform": PLATFORM,
            "platform_id": uuid7().hex,
            "is_mention": True,
        }
        return await self._call("POST", f"streams/{stream}/events", self._door.event_token, line)

    async def _until_over(self, page: StagePage, listening: "asyncio.Task[None]", path: str) -> dict[str, Any]:
        """Return what became of the line once nothing about it can change any more."""
        while not _is_over(self._outcome or {}):
            await self._until_news(page, listening)
            self._outcome = await self._call("GET", path, self._door.event_token)
        return self._outcome or {}

    async def _until_news(self, page: StagePage, listening: "asyncio.Task[None]") -> None:
        """Wait until a turn ended, or it is time to ask again."""
        over = asyncio.create_task(page.turn_over.wait())
        await asyncio.wait({over, listening}, timeout=ASK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if listening.done():
            listening.result()
        if page.turn_over.is_set():
            page.turn_over.clear()
            await asyncio.sleep(SETTLE_S)

    async def _call(self, method: str, path: str, bearer: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return await asyncio.to_thread(self._rest.call, method, path, bearer, body)

    def why_so_long(self, timeout_s: float) -> str:
        """Return what was still missing when the time was up."""
        if self._outcome is None:
            return _("After %(seconds)d s the server still had not taken the line.") % {"seconds": timeout_s}
        if self._outcome.get("state") == "waiting":
            return _("After %(seconds)d s the line still waits: no live worker takes it.") % {"seconds": timeout_s}
        return _("After %(seconds)d s the answer still had not ended.") % {"seconds": timeout_s}


def _is_over(outcome: dict[str, Any]) -> bool:
    turn = outcome.get("turn") or {}
    return outcome.get("state") not in OPEN_STATES and turn.get("state") not in OPEN_TURNS
