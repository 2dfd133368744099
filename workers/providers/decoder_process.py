"""The program that owns FFmpeg: a child process that turns compressed audio on stdin into plain samples on stdout.

Owns: the codecs (through PyAV), the pages of Ogg, resampling, and the wire format. It runs by its file path with
`python -I`; the parent (`workers.providers.decoder`) imports the wire format from here and never loads PyAV, whose
wheels carry GPL libraries, and whose bugs would otherwise be ours: what is decoded here comes from strangers. It must
not know of Django, HTTP or speech.

Wire format, both ways: `u32 length | u8 kind | u32 job`, little-endian, then `length` bytes. Every FEED and FINISH is
answered by exactly one PCM (maybe empty) or ERROR, in the order they came; a job that had its ERROR is gone.
When stdin closes the process ends at once, so it never outlives its parent.

Format of Ogg: RFC 3533; of Opus in it: RFC 7845.
"""

import array
import contextlib
import json
import os
import signal
import struct
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Any, BinaryIO, NamedTuple

HEADER = struct.Struct("<IBI")
MOST_MEMORY = 1 << 30
MOST_UNHEARD = 1 << 20  # bytes taken in without a sample coming out


class Kind(IntEnum):
    """What a frame is.

    To the child: OPEN (JSON, see `Plan`), FEED (bytes), FINISH and CLOSE (empty). From it: READY
    (once), PCM (little-endian PCM16 mono), ERROR (a reason).
    """

    OPEN = 1
    FEED = 2
    FINISH = 3
    CLOSE = 4
    READY = 5
    PCM = 6
    ERROR = 7


def frame(kind: Kind, job: int, payload: bytes = b"") -> bytes:
    """Return one frame of the wire format."""
    return HEADER.pack(len(payload), kind, job) + payload


class Plan(NamedTuple):
    """What an OPEN frame asks for.

    Attributes:
        codec: "mp3", "aac", "flac", "opus" (in Ogg), or FFmpeg's name of plain samples such as "pcm_s24le".
        rate: Hertz of what comes out.
        from_rate: Hertz of plain samples; 0 for codecs that say it themselves.
        channels: Channels of plain samples; 0 for codecs that say it themselves.
    """

    codec: str
    rate: int
    from_rate: int = 0
    channels: int = 0


class NotAudio(Exception):
    """What came in is no audio of the kind that was announced. The message quotes nothing of it."""


class Quiet:
    """Drops the silence that encoders put in front of speech (`rate` in Hertz), and passes everything after it."""

    AUDIBLE = 30  # of 32,768: -61 dB
    MOST_MS = 150
    KEPT_MS = 5

    def __init__(self, rate: int) -> None:
        self._left = rate * self.MOST_MS // 1000
        self._kept = rate * self.KEPT_MS // 1000

    def pass_on(self, pcm: bytes) -> bytes:
        """Return what is left of the next samples."""
        if self._left <= 0 or not pcm:
            return pcm
        samples = array.array("h", pcm)
        loud = next((at for at, level in enumerate(samples) if abs(level) > self.AUDIBLE), None)
        silent = len(samples) if loud is None else max(0, loud - self._kept)
        cut = min(silent, self._left)
        self._left = self._left - cut if loud is None else 0
        return pcm[2 * cut :]


class Stream:
    """A codec that finds its own frames in a stream of bytes: MP3, AAC (ADTS), FLAC.

    Tags between frames are passed over. A frame that cannot be decoded is dropped, as players do: the first ones of a
    cut MP3 refer to bytes that are not there. Many of them, or much of something else, is no audio.
    """

    MOST_JUNK = 4096
    MOST_BROKEN = 8
    TAGS = (b"ID3", b"TAG", b"APETAGEX")

    def __init__(self, av: Any, codec: str) -> None:
        self._has_sync = codec != "flac"
        self._broken = self._junk = 0
        self._context = av.CodecContext.create(codec, "r")
        self._context.thread_count = 1

    def frames(self, data: bytes) -> Iterator[Any]:
        """Take the next bytes; yield the frames they complete.

        Raises:
            NotAudio: Too much of it is something else.
        """
        for packet in self._context.parse(data):
            yield from self._decoded(packet)

    def rest(self) -> Iterator[Any]:
        """Yield what was held back; half a frame at the end is dropped."""
        while packets := self._context.parse(None):  # FLAC's parser lets go of one frame a call
            for packet in packets:
                yield from self._decoded(packet)
        with contextlib.suppress(ValueError, EOFError):  # FFmpeg's errors over data are ValueErrors
            yield from self._context.decode(None)

    def _decoded(self, packet: Any) -> Iterator[Any]:
        head = bytes(packet)[:8]
        if self._has_sync and not (head[:1] == b"\xff" and head[1:2] >= b"\xe0"):
            self._junk += 0 if head.startswith(self.TAGS) else packet.size
        else:
            try:
                yield from self._context.decode(packet)
            except ValueError:
                self._broken += 1
        if self._junk > self.MOST_JUNK or self._broken > self.MOST_BROKEN:
            raise NotAudio("something else inside the audio")


class Plain:
    """Samples in another shape: other width, rate or number of channels."""

    MOST_A_PACKET = 1 << 15

    def __init__(self, av: Any, plan: Plan) -> None:
        self._packet = av.Packet
        self._context = av.CodecContext.create(plan.codec, "r")
        self._context.sample_rate = plan.from_rate
        self._context.layout = "mono" if plan.channels == 1 else "stereo" if plan.channels == 2 else "5.1"
        bits = "".join(char for char in plan.codec if char.isdigit()) or "8"
        self._block = int(bits) // 8 * plan.channels
        self._odd = b""

    def frames(self, data: bytes) -> Iterator[Any]:
        """Take the next bytes; yield them as frames."""
        data = self._odd + data
        whole = len(data) - len(data) % self._block
        self._odd = data[whole:]
        step = self.MOST_A_PACKET // self._block * self._block
        for at in range(0, whole, step):
            yield from self._context.decode(self._packet(data[at : min(at + step, whole)]))

    def rest(self) -> Iterable[Any]:
        """Nothing is held back but a part of a sample."""
        return ()


def _crc_of(number: int) -> int:
    value = number << 24
    for _ in range(8):
        value = (value << 1) ^ (0x04C11DB7 if value & 0x8000_0000 else 0)
    return value & 0xFFFF_FFFF


_CRC = [_crc_of(number) for number in range(256)]


def ogg_crc(page: bytes) -> int:
    """Return the checksum of a page whose own checksum field is zero (RFC 3533, section 6)."""
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFF_FFFF) ^ _CRC[(value >> 24) ^ byte]
    return value


class OggPages:
    """Takes Ogg apart into packets. Only one logical stream at a time; another may follow it (a chained file)."""

    _HEAD = struct.Struct("<4sBBqIIIB")

    def __init__(self) -> None:
        self._data = b""
        self._part = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes; yield the packets they complete.

        Raises:
            NotAudio: It is no Ogg, or damaged.
        """
        self._data += data
        while (page := self._next_page()) is not None:
            lacing, body = page
            at = 0
            for size in lacing:
                self._part += body[at : at + size]
                at += size
                if size < 255:
                    packet, self._part = self._part, b""
                    yield packet

    @property
    def is_whole(self) -> bool:
        """Whether what came so far ends with a page and a packet."""
        return not self._data and not self._part

    def _next_page(self) -> tuple[bytes, bytes] | None:
        head = self._data[: self._HEAD.size]
        if not b"OggS".startswith(head[:4]) and head[:4] != b"OggS":
            raise NotAudio("damaged Ogg")
        if len(head) < self._HEAD.size:
            return None
        count = head[26]
        lacing = self._data[27 : 27 + count]
        size = 27 + count + sum(lacing)
        if len(lacing) < count or len(self._data) < size:
            return None
        page, self._data = self._data[:size], self._data[size:]
        if head[4] != 0 or ogg_crc(page[:22] + bytes(4) + page[26:]) != int.from_bytes(page[22:26], "little"):
            raise NotAudio("damaged Ogg")
        return lacing, page[27 + count :]


class OggOpus:
    """Opus in Ogg."""

    def __init__(self, av: Any) -> None:
        self._av = av
        self._pages = OggPages()
        self._context: Any = None
        self.skip = 0  # samples at 48 kHz to drop before the first

    def frames(self, data: bytes) -> Iterator[Any]:
        """Take the next bytes; yield the frames they complete."""
        for packet in self._pages.feed(data):
            if packet.startswith(b"OpusHead"):
                self._begin(packet)
            elif self._context is None:
                raise NotAudio("Ogg without Opus")
            elif not packet.startswith(b"OpusTags") and packet:
                yield from self._context.decode(self._av.Packet(packet))

    def rest(self) -> Iterable[Any]:
        """Nothing is held back.

        Raises:
            NotAudio: The stream was cut off in the middle of a page.
        """
        if not self._pages.is_whole:
            raise NotAudio("the audio ends too early")
        return ()

    def _begin(self, head: bytes) -> None:
        if len(head) < 19 or head[8] & 0xF0 or not 1 <= head[9] <= 8:
            raise NotAudio("damaged Opus")
        self._context = self._av.CodecContext.create("opus", "r")
        self._context.extradata = head
        self._context.sample_rate = 48_000
        self._context.layout = "mono" if head[9] == 1 else "stereo"
        self._context.thread_count = 1
        self.skip = int.from_bytes(head[10:12], "little")


class Decoding:
    """One job: bytes in, mono PCM16 at one rate out."""

    def __init__(self, av: Any, plan: Plan) -> None:
        self._rate = plan.rate
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=plan.rate)
        self._quiet = Quiet(plan.rate) if plan.codec in {"mp3", "aac"} else None
        self._opus = OggOpus(av) if plan.codec == "opus" else None
        self._codec = self._opus or _codec_of(av, plan)
        self._unheard = 0
        self._skipped = 0

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; return the samples they complete.

        Raises:
            NotAudio: They make no sense.
        """
        pcm = self._sound(self._codec.frames(data))
        self._unheard = 0 if pcm else self._unheard + len(data)
        if self._unheard > MOST_UNHEARD:
            raise NotAudio("no audio in it")
        return pcm

    def finish(self) -> bytes:
        """Return the samples that were held back."""
        rest = self._sound(self._codec.rest())
        return rest + b"".join(self._bytes(one) for one in self._resampler.resample(None))

    def _sound(self, frames: Iterable[Any]) -> bytes:
        pcm = b"".join(self._bytes(one) for each in frames for one in self._resampled(each))
        if self._opus is not None:
            drop = min(len(pcm), self._opus.skip * self._rate // 48_000 * 2 - self._skipped)
            self._skipped += max(0, drop)
            pcm = pcm[max(0, drop) :]
        return self._quiet.pass_on(pcm) if self._quiet else pcm

    def _resampled(self, each: Any) -> Any:
        each.pts = None
        return self._resampler.resample(each)

    def _bytes(self, each: Any) -> bytes:
        return bytes(each.planes[0])[: 2 * each.samples]


def _codec_of(av: Any, plan: Plan) -> Stream | Plain:
    if plan.codec.startswith("pcm_"):
        return Plain(av, plan)
    if plan.codec in {"mp3", "aac", "flac"}:
        return Stream(av, plan.codec)
    raise NotAudio("unknown format")


def _claim_stdout() -> Callable[[bytes], None]:
    """Keep stdout for frames alone: whatever a library prints goes to stderr."""
    wire = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[wire.write(view) :]

    return send


def _limit_memory() -> None:
    """Let a bomb hit this process, not the machine; where the system has no such limit, the kill by time remains."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(jobs: dict[int, Decoding], kind: int, job: int, payload: bytes) -> bytes:
    """Do what a frame asks for and return the samples it gives."""
    decoding = jobs.get(job)
    if decoding is None:
        raise NotAudio("unknown format")
    return decoding.feed(payload) if kind == Kind.FEED else decoding.finish()


def _serve(av: Any, stdin: BinaryIO, send: Callable[[bytes], None]) -> None:
    jobs: dict[int, Decoding] = {}
    while len(header := stdin.read(HEADER.size)) == HEADER.size:
        length, kind, job = HEADER.unpack(header)
        payload = stdin.read(length)
        if kind == Kind.CLOSE:
            jobs.pop(job, None)
            continue
        if kind == Kind.OPEN:
            with contextlib.suppress(NotAudio, ValueError):
                jobs[job] = Decoding(av, Plan(**json.loads(payload)))
            continue
        try:
            send(frame(Kind.PCM, job, _answer(jobs, kind, job, payload)))
        except NotAudio as problem:
            jobs.pop(job, None)
            send(frame(Kind.ERROR, job, str(problem).encode()))
        except (av.FFmpegError, ValueError, MemoryError):
            jobs.pop(job, None)
            send(frame(Kind.ERROR, job, b"the audio cannot be decoded"))


def main() -> None:
    """Serve jobs until stdin closes."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they go to the whole group; the parent may finish its work, then close
    send = _claim_stdout()
    _limit_memory()
    try:
        import av
        import av.logging
    except (ImportError, OSError, MemoryError):
        send(frame(Kind.ERROR, 0, b"PyAV cannot be loaded"))
        return
    av.logging.set_level(None)
    send(frame(Kind.READY, 0))
    _serve(av, os.fdopen(0, "rb"), send)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # the parent is gone
        main()
    os._exit(0)
