"""The embedded speech engine: espeak-ng in child processes of its own, heard through pipes.

Owns the children (`workers.providers.espeak_process`): starting, sharing, watching and closing them; and the choice of
a voice that can read the text. Must not load libespeak-ng itself (GPL-3), and must not clean text.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import Capabilities
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeTrack
from workers.providers import espeak_process
from workers.providers.espeak_process import HEADER, SAMPLE_RATE, Kind, Order
from workers.turn.visemes import CueTrack, PhonemeEvent

logger = logging.getLogger(__name__)

NAME = "espeak"


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A voice that can be chosen.

    Attributes:
        name: What `SpeechRequest.voice` takes: a language of espeak-ng, then "+" and a timbre.
        language: BCP 47 tag of what it reads.
        timbre: Name of the timbre, "" for the language's own.
        is_female: Whether it sounds so.
    """

    name: str
    language: str
    timbre: str
    is_female: bool


_SPOKEN = {"en-us": "en-US", "en": "en-GB", "ru": "ru", "cmn": "zh"}
_TIMBRES = {"": False, "m3": False, "m7": False, "f2": True, "f3": True, "f4": True, "f5": True, "Annie": True}
_USUAL_TIMBRE = "f3"


def voices() -> tuple[EspeakVoice, ...]:
    """Return the voices for English, Russian and Chinese; any other name espeak-ng knows works too."""
    return tuple(
        EspeakVoice(f"{spoken}+{timbre}" if timbre else spoken, language, timbre, is_female)
        for spoken, language in _SPOKEN.items()
        for timbre, is_female in _TIMBRES.items()
    )


def default_voice(language: str) -> str:
    """Return the name of the voice for a BCP 47 tag: a lively female one."""
    return f"{_spoken_for(language)}+{_USUAL_TIMBRE}"


def _spoken_for(language: str) -> str:
    """Return espeak-ng's own name of a language: it knows neither "zh" nor plain "en-gb"."""
    tag = language.lower().replace("_", "-")
    main = tag.partition("-")[0]
    if tag == "en-gb":
        return "en"
    return {"en": "en-us", "zh": "cmn", "": "en-us"}.get(main, main)


_SCRIPT_VOICES = {"LATIN": "en-us", "CYRILLIC": "ru", "CJK": "cmn", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko"}
_SCRIPTS_OF = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "tt", "ba", "cv"), ("CYRILLIC",)),
    **dict.fromkeys(("cmn", "yue", "hak"), ("CJK",)),
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "ko": ("HANGUL", "CJK"),
}
_VOICE_NAME = re.compile(r"[a-z]{2,3}(?:-[a-z0-9-]{1,24})?(?:\+[\w -]{1,24})?", re.IGNORECASE)


def _dominant_script(text: str) -> str:
    """Return the script most letters are of, "" without letters.

    Latin counts half: every other voice changes to English for Latin words, the English one spells foreign letters.
    """
    scripts = Counter(unicodedata.name(char, "?").partition(" ")[0] for char in text if char.isalpha())
    weights = {script: count * (1 if script == "LATIN" else 2) for script, count in scripts.items()}
    return max(weights, key=weights.__getitem__, default="")


def voices_for(request: SpeechRequest) -> list[str]:
    """Return names of voices to try in order: the wished one if it reads the text's script, else one that does."""
    wished = request.voice if _VOICE_NAME.fullmatch(request.voice) else default_voice(request.language)
    spoken, _, timbre = wished.partition("+")
    script = _dominant_script(request.text)
    candidates = [spoken, _spoken_for(request.language), _SCRIPT_VOICES.get(script, "en-us"), "en-us"]
    if script in _SCRIPT_VOICES:
        candidates = [name for name in candidates if _reads(name, script)]
    return [f"{name}+{timbre}" if timbre else name for name in dict.fromkeys(candidates)]


def _reads(spoken: str, script: str) -> bool:
    return script in _SCRIPTS_OF.get(spoken.lower().partition("-")[0], ("LATIN",))


def order_of(request: SpeechRequest) -> Order:
    """Translate a request into espeak-ng's units, within the limits where it sounds clean.

    Pitch 0 to 99 covers an octave down and an octave up of the voice's own at 50. Volume 85 leaves room up to 130:
    beyond that the library's own gain control flattens the peaks.
    """
    rate = _clamp(request.rate, 0.5, 2.0)
    pitch = _clamp(request.pitch, 0.5, 2.0)
    volume = _clamp(request.volume, 0.0, 2.0)
    return Order(
        voices=voices_for(request),
        text=request.text,
        rate=round(175 * rate),
        pitch=min(99, round(50 + 50 * math.log2(pitch))),
        volume=round(85 * volume if volume <= 1.0 else 85 + 45 * (volume - 1.0)),
    )


def _clamp(value: float, least: float, most: float) -> float:
    return min(most, max(least, value)) if math.isfinite(value) else 1.0


_MOST_CHILDREN_LOST = 3
_START_LOAD = 8
_GRACE_S = 2.0
_LONGEST_FRAME = 1 << 22
_STREAM_ENDS = (asyncio.IncompleteReadError, ConnectionError, ValueError)


class EspeakEngine:
    """Voices segments with espeak-ng. One instance serves one event loop.

    Args:
        children: Most processes to run. Another one starts only when those that run have a queue.
        patience_s: How long a request waits for a child's next sign before it fails.
        program: Command line of the child; () is the real one.
    """

    name = NAME
    capabilities = Capabilities(streams=True, timestamps=True, styles=True, sample_rate=SAMPLE_RATE)

    def __init__(self, *, children: int = 2, patience_s: float = 10.0, program: Sequence[str] = ()) -> None:
        self._children = [_Child(program, patience_s) for _ in range(children)]

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        """Yield mouth shapes and audio as they are made; nothing at all where the text has no sound.

        Raises:
            ProviderFailed: UNREACHABLE when the child died or cannot start, TIMEOUT when it hangs, REJECTED when it
                knows none of the voices.
        """
        order = order_of(request)
        for _ in range(_MOST_CHILDREN_LOST):
            child = min(self._children, key=lambda child: child.load)
            job = await child.submit(order)
            segment = _Segment(spoken=order.voices[0].partition("+")[0])
            try:
                while not job.is_over:
                    for event in segment.take(*await child.next_frame(job)):
                        yield event
            except _NeverBegun:
                continue
            else:
                return
            finally:
                child.cancel(job)
        raise ProviderFailed(NAME, Fault.UNREACHABLE, detail="its process keeps dying")

    async def warm(self) -> None:
        """Start a child and let it load its languages; never raises."""
        for language in _SPOKEN.values():
            request = SpeechRequest("a", default_voice(language), language, volume=0.0)
            try:
                async for _ in self.stream(request):
                    pass
            except ProviderFailed as failure:
                logger.warning("the espeak engine is not ready", extra={"fault": failure.fault})
                return

    async def aclose(self) -> None:
        """End the children; a later request starts them again."""
        await asyncio.gather(*(child.aclose() for child in self._children))


class _Segment:
    """Turns the frames of one job into speech events."""

    def __init__(self, spoken: str) -> None:
        self._track = CueTrack(spoken)
        self._sent_ms = 0.0

    def take(self, kind: Kind, payload: bytes) -> Iterator[SpeechEvent]:
        if kind is Kind.PHONEMES:
            self._track.add(PhonemeEvent(at_ms, phoneme) for at_ms, phoneme in json.loads(payload))
        elif payload:
            chunk = AudioChunk(payload, SAMPLE_RATE)
            self._sent_ms += chunk.duration_ms
            cues = self._track.finish(self._sent_ms) if kind is Kind.END else self._track.until(self._sent_ms)
            if cues:
                yield VisemeTrack(cues)
            yield chunk


class _NeverBegun(Exception):
    """The child died before this job's turn came: another child may take it."""


@dataclass(eq=False, slots=True)
class _Job:
    """One order in a child's queue. `frames` also carries the exception that ends it early."""

    number: int
    frames: asyncio.Queue[tuple[Kind, bytes] | Exception] = field(default_factory=asyncio.Queue)
    is_over: bool = False
    is_cancelled: bool = False


class _Child:
    """A place for one child process: started when needed, started again after a crash."""

    def __init__(self, program: Sequence[str], patience_s: float) -> None:
        self._program = program
        self._patience_s = patience_s
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self._readers: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._jobs: dict[int, _Job] = {}  # given to this process and not ended, in order: the first is being spoken
        self._arriving = 0
        self._heard_at = 0.0

    @property
    def load(self) -> int:
        """How many jobs are ahead of a new one; a start counts like several."""
        return len(self._jobs) + self._arriving + (0 if self._process else _START_LOAD)

    async def submit(self, order: Order) -> _Job:
        """Give the process a job, starting it first if need be."""
        self._arriving += 1
        try:
            async with self._starting:
                process = self._process or await self._start()
        finally:
            self._arriving -= 1
        job = _Job(next(self._numbers))
        self._jobs[job.number] = job
        _write(process, Kind.SPEAK, job, json.dumps(order._asdict()).encode())
        return job

    async def next_frame(self, job: _Job) -> tuple[Kind, bytes]:
        """Wait for the job's next frame; after END `is_over` holds."""
        try:
            async with asyncio.timeout(self._patience_s):
                told = await job.frames.get()
        except TimeoutError:
            self._kill_if_silent()
            raise ProviderFailed(NAME, Fault.TIMEOUT) from None
        if isinstance(told, Exception):
            raise told
        kind, payload = told
        if kind is Kind.ERROR:
            raise ProviderFailed(NAME, Fault.REJECTED, detail=payload.decode())
        job.is_over = kind is Kind.END
        return kind, payload

    def cancel(self, job: _Job) -> None:
        """Let go of a job; the process stops speaking it within one buffer. Nothing happens to one that is over."""
        if self._process is not None and self._jobs.get(job.number) is job:
            job.is_cancelled = True
            _write(self._process, Kind.CANCEL, job)

    async def aclose(self) -> None:
        """End the process; the request it is serving fails."""
        async with self._starting:
            process, self._process = self._process, None
        if process is not None:
            await self._end(process)
        await asyncio.gather(*self._readers)

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(
                *(self._program or _program()), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise ProviderFailed(NAME, Fault.UNREACHABLE, detail="its process cannot start") from error
        try:
            await self._await_ready(process)
        except BaseException:
            await self._end(process)
            raise
        self._process, self._jobs = process, {}
        self._heard_at = asyncio.get_running_loop().time()
        reader = asyncio.create_task(self._read(process, self._jobs))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        return process

    async def _await_ready(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                kind, _, payload = await _next_frame_of(process)
        except TimeoutError:
            raise ProviderFailed(NAME, Fault.TIMEOUT, detail="its process does not start") from None
        except _STREAM_ENDS:
            raise ProviderFailed(NAME, Fault.UNREACHABLE, detail="its process does not start") from None
        if kind is not Kind.READY:
            raise ProviderFailed(NAME, Fault.UNREACHABLE, detail=payload.decode(errors="replace"))

    async def _read(self, process: asyncio.subprocess.Process, jobs: dict[int, _Job]) -> None:
        """Hand out frames until the process ends. Always reading, so that one slow listener delays nobody."""
        try:
            while True:
                kind, number, payload = await _next_frame_of(process)
                self._heard_at = asyncio.get_running_loop().time()
                job = jobs.pop(number, None) if kind in {Kind.END, Kind.ERROR} else jobs.get(number)
                if job is not None and not job.is_cancelled:
                    job.frames.put_nowait((kind, payload))
        except _STREAM_ENDS:
            pass
        finally:
            if self._process is process:
                self._process = None
            _orphan(list(jobs.values()))
            jobs.clear()
        await self._end(process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Close stdin, which ends the process, and make sure it is gone.

        Killing one that already died would reap it behind asyncio's back, so the kill comes only when waiting fails.
        """
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(min(_GRACE_S, self._patience_s)):
                await process.wait()
        except TimeoutError:
            _kill(process)
            await process.wait()

    def _kill_if_silent(self) -> None:
        silent_s = asyncio.get_running_loop().time() - self._heard_at
        if self._process is not None and silent_s >= self._patience_s:
            _kill(self._process)


def _orphan(jobs: Sequence[_Job]) -> None:
    """Tell the jobs of a process that is gone: the one being spoken fails, the others may go elsewhere."""
    for job in jobs[:1]:
        job.frames.put_nowait(ProviderFailed(NAME, Fault.UNREACHABLE, detail="its process died"))
    for job in jobs[1:]:
        job.frames.put_nowait(_NeverBegun())


def _program() -> tuple[str, ...]:
    """Return the command line of the real child. It gets the library's paths, so it needs no site-packages."""
    try:
        import espeakng_loader  # kept off the path of processes that never speak

        library, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    except (ImportError, RuntimeError) as error:
        raise ProviderFailed(NAME, Fault.UNREACHABLE, detail="espeakng-loader is not installed") from error
    return (sys.executable, "-I", "-S", str(Path(espeak_process.__file__).resolve()), library, data)


async def _next_frame_of(process: asyncio.subprocess.Process) -> tuple[Kind, int, bytes]:
    """Read one frame; raises one of _STREAM_ENDS when there is none, or none that makes sense."""
    if process.stdout is None:
        raise ConnectionError
    length, kind, number = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
    if length > _LONGEST_FRAME:
        raise ValueError
    return Kind(kind), number, await process.stdout.readexactly(length)


def _write(process: asyncio.subprocess.Process, kind: Kind, job: _Job, payload: bytes = b"") -> None:
    if process.stdin is not None and not process.stdin.is_closing():
        process.stdin.write(espeak_process.frame(kind, job.number, payload))


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
