"""Stands for the tests of this folder: real processes, started once and shared; each test has streams of its own."""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bench.stand import Stand, embedded, production, scratch_folder, stub
from tests.stands.clerk import Clerk, clerk_of
from tests.stands.pages import DockPage, StagePage

REPLY = (
    "[joy] Oh it is so good to see you here, I was just telling everyone about my dragon! "
    "[sad] He lives behind the microphone and guards all of our snacks. "
    "So tell me, what would you name a tiny dragon like that?"
)


@dataclass(frozen=True, slots=True)
class Stub:
    """The OpenAI-compatible server the stands talk to.

    Attributes:
        url: Without "/v1".
    """

    url: str

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call a control endpoint; see tests/fakes/openai_server.py."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/stub/{path}", data=data), timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def reset(self) -> None:
        """Make it quick and willing again."""
        self.call("reset", {})
        self.call("script", {"reply": REPLY})
        self.call("timing", {"first_token_ms": 40, "tokens_per_s": 400, "speech_first_byte_ms": 20, "segment_ms": 700})

    def stats(self, endpoint: str) -> dict[str, int]:
        """The counts of an endpoint."""
        empty = dict.fromkeys(("requests", "done", "cancelled", "failed", "active"), 0)
        found: dict[str, int] = self.call("stats").get(endpoint, empty)
        return found


@dataclass(frozen=True, slots=True)
class House:
    """A running stand with its clerk."""

    stand: Stand
    clerk: Clerk
    stub: Stub

    @property
    def url(self) -> str:
        return self.stand.url

    def character(self, **part: Any) -> dict[str, Any]:
        """Cast a character whom the stub answers and voices."""
        return self.clerk.cast({"stub": self.stub.url, **part})[0]


@pytest.fixture(scope="session")
def stub_server() -> Iterator[Stub]:
    with scratch_folder() as folder, stub(folder) as url:
        yield Stub(url)


@pytest.fixture(autouse=True)
def _willing_stub(stub_server: Stub) -> None:
    stub_server.reset()


@pytest.fixture(scope="session")
def embedded_house(stub_server: Stub) -> Iterator[House]:
    with embedded() as stand, clerk_of(stand) as clerk:
        yield House(stand, clerk, stub_server)


@pytest.fixture(scope="session")
def production_house(stub_server: Stub) -> Iterator[House]:
    with production() as stand, clerk_of(stand) as clerk:
        yield House(stand, clerk, stub_server)


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.services)])
def house(request: pytest.FixtureRequest) -> House:
    """Each topology in turn."""
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found


class Audience:
    """Opens pages, and closes them at the end of the test."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._pages: list[Any] = []

    async def stage(self, house: House, stream: dict[str, Any], **options: Any) -> StagePage:
        page = StagePage(self._http, house.url, stream, **options)
        self._pages.append(page)
        await page.open()
        return page

    async def dock(self, house: House, stream: dict[str, Any]) -> DockPage:
        page = DockPage(self._http, house.url, stream)
        self._pages.append(page)
        await page.open()
        return page

    async def leave(self) -> None:
        for page in self._pages:
            await page.close()


@pytest.fixture
async def audience() -> AsyncIterator[Audience]:
    async with aiohttp.ClientSession() as http:
        made = Audience(http)
        yield made
        await made.leave()
