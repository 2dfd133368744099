"""The connections under the HTTP clients, on both event loops a worker may run on."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address

import httpcore2
import pytest
import uvloop

from workers.providers.sockets import MOST_BUFFERED_BYTES, SocketStream, open_socket

LOCALHOST = IPv4Address("127.0.0.1")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[None]], None]:
    def run_on_loop(scenario: Awaitable[None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(scenario)

    return run_on_loop


async def connected(serve: Serve) -> tuple[SocketStream, asyncio.Server]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stream = await open_socket(LOCALHOST, server.sockets[0].getsockname()[1], 5)
    return stream, server


async def read_all(stream: SocketStream) -> bytes:
    body = b""
    while piece := await stream.read(65_536, 5):
        body += piece
    return body


def test_what_is_sent_comes_back_and_then_the_end(run: Callable) -> None:
    async def scenario() -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(5))
            writer.close()

        stream, server = await connected(echo)
        await stream.write(b"hello", 5)

        assert await read_all(stream) == b"hello"
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        assert stream.get_extra_info("is_readable")
        await stream.aclose()
        server.close()

    run(scenario())


def test_much_more_than_the_buffer_arrives_whole(run: Callable) -> None:
    size = MOST_BUFFERED_BYTES * 8

    async def scenario() -> None:
        async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"x" * size)
            writer.close()

        stream, server = await connected(flood)
        await asyncio.sleep(0)

        assert len(await read_all(stream)) == size
        await stream.aclose()
        server.close()

    run(scenario())


def test_silence_is_a_timeout_and_the_next_read_waits_anew(run: Callable) -> None:
    async def scenario() -> None:
        speak = asyncio.Event()

        async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await speak.wait()
            writer.write(b"late")
            writer.close()

        stream, server = await connected(hold)
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, 0.01)
        speak.set()

        assert await stream.read(100, 5) == b"late"
        await stream.aclose()
        server.close()

    run(scenario())


def test_settled_stream_gathers_and_a_new_request_unsettles_it(run: Callable) -> None:
    async def scenario() -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(10):
                for _ in range(5):
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0)

        stream, server = await connected(drip)
        await stream.write(b"one", 5)
        stream.settle(gather_s=0.05, silence_s=0.01)

        assert await stream.read(100, 5) == b"xxxxx"
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, 5)
        await stream.write(b"two", 5)
        assert (await stream.read(100, 5)).startswith(b"x")
        await stream.aclose()
        server.close()

    run(scenario())


def test_closing_is_seen_by_the_peer_at_once(run: Callable) -> None:
    async def scenario() -> None:
        gone = asyncio.Event()

        async def watch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            gone.set()
            writer.close()

        stream, server = await connected(watch)
        await stream.aclose()
        await asyncio.wait_for(gone.wait(), 5)

        with pytest.raises(httpcore2.WriteError):
            await stream.write(b"x", 5)
        server.close()

    run(scenario())


def test_nobody_there_is_a_connect_error(run: Callable) -> None:
    async def scenario() -> None:
        with pytest.raises(httpcore2.ConnectError):
            await open_socket(LOCALHOST, 1, 5)

    run(scenario())
