"""Decoding compressed audio off the loop: PyAV in a child process of its own, asked over pipes.

Owns the child (`workers.providers.decoder_process`): starting it when it is first needed, sharing it between the
streams of one event loop, killing it when it hangs, starting it again when it died. Must not load PyAV itself, and must
not know which server the bytes come from.

A job asks for one thing at a time and waits for the answer, so what is in the pipes is bounded by the number of jobs. A
child that dies or hangs takes its jobs with it: they fail, and the next one starts a new child.
"""

import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from workers.providers import decoder_process
from workers.providers.decoder_process import HEADER, Kind, Plan
from workers.providers.openai_faults import DecoderLost, Garbled

_GRACE_S = 2.0
_LONGEST_FRAME = 1 << 26
_STREAM_ENDS = (asyncio.IncompleteReadError, ConnectionError, ValueError)
FIRST_BITE, LATER_BITE = 1_024, 32_768  # bytes given to the child at once: the first sound must not wait for the last


class Decoder:
    """A child process that decodes, for all streams of one event loop.

    Args:
        patience_s: How long it may think about one bite.
        start_s: How long it may take to start.
        program: Command line of the child; () is the real one.
    """

    def __init__(self, *, patience_s: float = 2.0, start_s: float = 10.0, program: Sequence[str] = ()) -> None:
        self._patience_s = patience_s
        self._start_s = start_s
        self._program = program or (sys.executable, "-I", str(Path(decoder_process.__file__).resolve()))
        self._child: _Child | None = None
        self._starting = asyncio.Lock()
        self._numbers = itertools.count(1)

    @property
    def pid(self) -> int | None:
        """Process id of the child, None while none runs."""
        return self._child.process.pid if self._child is not None and self._child.is_alive else None

    async def open(self, plan: Plan) -> "Decoding":
        """Begin a job; a plan the child cannot carry out fails with its first bytes.

        Raises:
            DecoderLost: The child cannot start.
        """
        child, job = await self._running(), next(self._numbers)
        child.tell(Kind.OPEN, job, json.dumps(plan._asdict()).encode())
        return Decoding(self, child, job)

    async def warm(self) -> None:
        """Start the child; never raises."""
        with contextlib.suppress(DecoderLost):
            await self._running()

    async def aclose(self) -> None:
        """End the child; jobs it has fail, a later one starts it again."""
        async with self._starting:
            child, self._child = self._child, None
        if child is not None:
            await child.aclose()

    async def ask(self, child: "_Child", kind: Kind, job: int, payload: bytes) -> bytes:
        """Ask the child one thing on behalf of a job and return its answer; a child that hangs is killed."""
        answer = child.ask(kind, job, payload)
        try:
            async with asyncio.timeout(self._patience_s):
                return await answer
        except TimeoutError:
            child.kill()
            raise DecoderLost("it hangs") from None

    async def _running(self) -> "_Child":
        async with self._starting:
            if self._child is None or not self._child.is_alive:
                if self._child is not None:
                    await self._child.aclose()
                self._child = await _Child.start(self._program, self._start_s)
            return self._child


class Decoding:
    """One stream being decoded. Close it in any case."""

    def __init__(self, decoder: Decoder, child: "_Child", job: int) -> None:
        self._decoder = decoder
        self._child = child
        self._job = job
        self._bite = FIRST_BITE

    async def feed(self, data: bytes) -> AsyncIterator[bytes]:
        """Take the next bytes; yield the samples they complete, as soon as they are known: PCM16 mono.

        Raises:
            Garbled: They are no audio.
            DecoderLost: The child died or hangs.
        """
        at = 0
        while at < len(data):
            bite = data[at : at + self._bite]
            at += len(bite)
            yield await self.ask(Kind.FEED, bite)
            self._bite = LATER_BITE

    async def finish(self) -> bytes:
        """Return the samples that were held back.

        Raises:
            Garbled: The audio ends too early.
            DecoderLost: The child died or hangs.
        """
        return await self.ask(Kind.FINISH)

    async def ask(self, kind: Kind, payload: bytes = b"") -> bytes:
        """Ask the child one thing; what can go wrong is in `feed`."""
        return await self._decoder.ask(self._child, kind, self._job, payload)

    def close(self) -> None:
        """Let the child forget the job."""
        self._child.tell(Kind.CLOSE, self._job)


class _Child:
    """One child process and the questions it has not answered yet."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.is_alive = True
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, program: Sequence[str], patience_s: float) -> "_Child":
        """Start a process and wait until it is ready.

        Raises:
            DecoderLost: It does not start.
        """
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *program, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise DecoderLost("it cannot start") from error
        try:
            async with asyncio.timeout(patience_s):
                kind, _, _ = await _next_frame(process)
            is_ready = kind is Kind.READY
        except (TimeoutError, *_STREAM_ENDS):
            is_ready = False
        except BaseException:
            await _end(process)
            raise
        if not is_ready:
            await _end(process)
            raise DecoderLost("it does not start")
        return cls(process)

    def ask(self, kind: Kind, job: int, payload: bytes) -> asyncio.Future[bytes]:
        """Send a question; the answer is the samples, `Garbled` or `DecoderLost`."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        if not self.is_alive:
            answer.set_exception(DecoderLost("it died"))
            return answer
        self._asked[job] = answer
        self.tell(kind, job, payload)
        return answer

    def tell(self, kind: Kind, job: int, payload: bytes = b"") -> None:
        """Send a frame that needs no answer."""
        stdin = self.process.stdin
        if self.is_alive and stdin is not None and not stdin.is_closing():
            stdin.write(decoder_process.frame(kind, job, payload))

    def kill(self) -> None:
        """End it at once; whoever waits for an answer gets `DecoderLost`."""
        self.is_alive = False
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def aclose(self) -> None:
        """Close its stdin, which ends it, and make sure it is gone."""
        self.is_alive = False
        await _end(self.process)
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while True:
                kind, job, payload = await _next_frame(self.process)
                answer = self._asked.pop(job, None)
                if answer is None or answer.done():
                    continue
                if kind is Kind.ERROR:
                    answer.set_exception(Garbled(payload.decode(errors="replace")))
                else:
                    answer.set_result(payload)
        except _STREAM_ENDS:
            pass
        finally:
            self.is_alive = False
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(DecoderLost("it died"))
            self._asked.clear()
        await _end(self.process)


async def _next_frame(process: asyncio.subprocess.Process) -> tuple[Kind, int, bytes]:
    """Read one frame; raises one of _STREAM_ENDS when there is none, or none that makes sense."""
    if process.stdout is None:
        raise ConnectionError
    length, kind, job = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
    if length > _LONGEST_FRAME:
        raise ValueError
    return Kind(kind), job, await process.stdout.readexactly(length)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_GRACE_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
