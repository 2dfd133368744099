"""The program that owns libespeak-ng: a child process that turns framed requests on stdin into speech on stdout.

Owns: the ctypes binding, the wire format, and the edges of the sound (no long silence, no click). It runs by its file
path with `python -I -S`, so it imports the standard library only and starts fast; the parent
(`workers.providers.espeak`) imports the wire format from here and never loads the library: espeak-ng is GPL-3 and stays
in this process. It must not know of Django, default voices or visemes.

Wire format, both ways: `u32 length | u8 kind | u32 job`, little-endian, then `length` bytes. Jobs are served in order,
and each ends with exactly one END or ERROR, cancelled ones too. When stdin closes the process ends at once, so it
never outlives its parent.
"""

import array
import contextlib
import ctypes
import json
import os
import queue
import re
import signal
import struct
import sys
import threading
import unicodedata
from collections.abc import Callable
from enum import IntEnum
from typing import Any, BinaryIO, NamedTuple

HEADER = struct.Struct("<IBI")
SAMPLE_RATE = 22_050


class Kind(IntEnum):
    """What a frame is.

    To the child: SPEAK (JSON, see `Order`), CANCEL (empty). From it: READY (once), PHONEMES (JSON list of
    `[at_ms, ipa]`, before the audio they belong to), AUDIO (little-endian PCM16), END (the last PCM16, maybe empty),
    ERROR (a reason).
    """

    SPEAK = 1
    CANCEL = 2
    READY = 3
    PHONEMES = 4
    AUDIO = 5
    END = 6
    ERROR = 7


def frame(kind: Kind, job: int, payload: bytes = b"") -> bytes:
    """Return one frame of the wire format."""
    return HEADER.pack(len(payload), kind, job) + payload


class Order(NamedTuple):
    """What a SPEAK frame asks for, in the library's own units.

    Attributes:
        voices: Names to try in order, such as "ru+f3"; the first the library knows is used.
        text: What to say.
        rate: Words a minute, 80 to 450.
        pitch: 0 to 99, 50 is the voice's own.
        volume: 0 to 200, 100 is the voice's own.
    """

    voices: list[str]
    text: str
    rate: int = 175
    pitch: int = 50
    volume: int = 100


_LONG_RUN = re.compile(r"([^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]{40})")
_DOTTED_RUN = re.compile(r"\S*?(?:\.[^\s.]+){6,}\S*")


def speakable_bytes(text: str) -> bytes:
    """Return `text` as the NUL-terminated UTF-8 that the library can take without harm.

    Control characters go (U+0001 would start a command of the library), and so do lone surrogates. Endless words are
    broken: espeak-ng 1.52 overruns its stack on "s's's…" from 160 characters and on "a.a.a…" from 600
    (https://github.com/espeak-ng/espeak-ng/pull/2495).
    """
    clean = "".join(char if char.isprintable() else _stand_in(char) for char in text)
    clean = _DOTTED_RUN.sub(lambda run: run.group().replace(".", ". "), clean)
    return _LONG_RUN.sub(r"\1 ", clean).encode("utf-8", "ignore") + b"\0"


def _stand_in(char: str) -> str:
    """Return what replaces an unprintable character: nothing for joiners and soft hyphens, else a space."""
    return "" if unicodedata.category(char) == "Cf" else " "


class Edges:
    """Cuts long silence off both ends of a stream of samples, and fades the ends so that they do not click.

    Samples may leave up to the last audible one so far; the rest waits, because it may turn out to be the end.

    Attributes:
        trimmed: How many samples were cut off before the first one that was kept.
        taken: How many samples left so far.
    """

    AUDIBLE = 60  # of 32,768: -55 dB
    LEAD = SAMPLE_RATE * 40 // 1000  # room for the closure of a first "p" or "t"
    FADE = SAMPLE_RATE * 4 // 1000
    TAIL = SAMPLE_RATE * 60 // 1000

    def __init__(self) -> None:
        self.trimmed = 0
        self.taken = 0
        self._held: array.array[int] = array.array("h")
        self._loud_until = 0
        self._has_begun = False

    def feed(self, pcm: bytes) -> None:
        """Take the next samples of the library."""
        samples = array.array("h", pcm)
        loud = next((at for at in reversed(range(len(samples))) if abs(samples[at]) > self.AUDIBLE), None)
        if loud is not None:
            self._loud_until = len(self._held) + loud + 1
        self._held.extend(samples)
        if not self._has_begun:
            self._trim_lead()

    @property
    def ready(self) -> int:
        """How many samples may leave now."""
        return max(0, self._loud_until - self.FADE)

    def take(self, count: int) -> bytes:
        """Return the next `count` of the ready samples as PCM16."""
        pcm = self._held[:count].tobytes()
        del self._held[:count]
        self._loud_until -= count
        self.taken += count
        return pcm

    def finish(self) -> bytes:
        """Return the rest, faded out, and TAIL samples of silence; nothing at all where nothing was audible."""
        if not self._has_begun:
            return b""
        del self._held[self._loud_until :]
        self._held.reverse()
        self._fade_in()
        self._held.reverse()
        return self._held.tobytes() + bytes(2 * self.TAIL)

    def _trim_lead(self) -> None:
        """Keep at most LEAD samples before the first audible one."""
        first = next((at for at, level in enumerate(self._held) if abs(level) > self.AUDIBLE), None)
        cut = max(0, (len(self._held) if first is None else first) - self.LEAD)
        del self._held[:cut]
        self.trimmed += cut
        if first is not None:
            self._has_begun = True
            self._loud_until -= cut
            self._fade_in()

    def _fade_in(self) -> None:
        """Ramp the first FADE samples up from nothing, in place."""
        span = min(self.FADE, len(self._held))
        for at in range(span):
            self._held[at] = self._held[at] * at // span


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h. The array is the library's and changes after the callback: copy, never keep."""

    _fields_ = (
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", _EventId),
    )  # fmt: skip


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_STRING_OFFSET = _Event.id.offset

_LIST_TERMINATED, _PHONEME = 0, 7
_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 2, 0x0001, 0x0002, 0x8000
_RATE, _VOLUME, _PITCH, _POS_CHARACTER, _CHARS_UTF8, _BUFFER_MS = 1, 2, 3, 1, 1, 60

Heard = Callable[[bytes, list[tuple[int, str]]], bool]
"""Takes the next PCM16 and its phonemes as (sample, IPA); returns whether to go on."""


class LibraryFailed(Exception):
    """The library cannot be loaded, started, or knows none of the voices."""


class Espeak:
    """libespeak-ng: one voice at a time, one text at a time, on one thread.

    Args:
        library: Path of the shared library.
        data: Path of its espeak-ng-data folder.
    """

    def __init__(self, library: str, data: str) -> None:
        try:
            self._lib = ctypes.CDLL(library)
        except OSError as error:
            raise LibraryFailed("the espeak-ng library cannot be loaded") from error
        os.chdir(data)  # the library keeps a path in 160 bytes and cuts a longer one short
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        if self._lib.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, b".", options) != SAMPLE_RATE:
            raise LibraryFailed("espeak-ng does not start with its data")
        self._lib.espeak_Synth.argtypes = (
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        )  # fmt: skip
        self._voice = ""
        self._heard: Heard = lambda _pcm, _phonemes: False
        self._failure: Exception | None = None
        self._callback = _CALLBACK(self._on_sound)  # the library keeps only the pointer: this reference keeps it alive
        self._lib.espeak_SetSynthCallback(self._callback)

    def say(self, order: Order, heard: Heard) -> None:
        """Voice `order`, giving `heard` each piece as it is made; return when all is made or `heard` said no."""
        self._take_voice(order.voices)
        for parameter, value in ((_RATE, order.rate), (_VOLUME, order.volume), (_PITCH, order.pitch)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        text = speakable_bytes(order.text)
        self._heard, self._failure = heard, None
        self._lib.espeak_Synth(text, len(text), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
        if self._failure is not None:
            raise self._failure

    def _take_voice(self, names: list[str]) -> None:
        """Set the first voice that exists, if it is not set: that reads its dictionary anew, 8 MB for Russian."""
        for name in names:
            if name == self._voice:
                return
            self._voice = ""
            if self._lib.espeak_SetVoiceByName(name.encode("utf-8", "ignore")) == 0:
                self._voice = name
                return
        raise LibraryFailed("no such voice")

    def _on_sound(self, wav: Any, count: int, events: Any) -> int:
        """Pass a piece on; 1 tells the library to stop. Nothing can be raised through C: `say` raises it instead."""
        try:
            pcm = ctypes.string_at(wav, 2 * count) if wav and count > 0 else b""
            if self._heard(pcm, _phonemes_of(events)):
                return 0
        except Exception as failure:
            self._failure = failure
        self._voice = ""  # a text cut off in a foreign word leaves the library in that word's language
        return 1


def _phonemes_of(events: Any) -> list[tuple[int, str]]:
    """Copy the phonemes out of an event list. A name of 8 bytes has no final NUL and may end inside a character."""
    phonemes = []
    for event in events:
        if event.type == _LIST_TERMINATED:
            break
        if event.type == _PHONEME:
            name = ctypes.string_at(ctypes.addressof(event) + _STRING_OFFSET, 8).partition(b"\0")[0]
            phonemes.append((event.sample, name.decode("utf-8", "ignore")))
    return phonemes


class Jobs:
    """The queue between the thread that reads stdin and the one that speaks. Job numbers rise."""

    def __init__(self, stdin: BinaryIO) -> None:
        self._stdin = stdin
        self._orders: queue.SimpleQueue[tuple[int, Order]] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._last_done = 0

    def read(self) -> None:
        """Read frames until stdin closes, then end the process: nobody is left to speak to."""
        try:
            while len(header := self._stdin.read(HEADER.size)) == HEADER.size:
                length, kind, job = HEADER.unpack(header)
                payload = self._stdin.read(length)
                if kind == Kind.SPEAK:
                    self._orders.put((job, Order(**json.loads(payload))))
                elif kind == Kind.CANCEL and job > self._last_done:
                    self._cancelled.add(job)
        finally:
            os._exit(0)

    def next(self) -> tuple[int, Order]:
        """Wait for the next job."""
        return self._orders.get()

    def is_cancelled(self, job: int) -> bool:
        """Whether nobody wants this job any more."""
        return job in self._cancelled

    def done(self, job: int) -> None:
        """Forget a job that was served."""
        self._last_done = job
        self._cancelled.discard(job)


class Speaker:
    """Serves one job: PHONEMES and AUDIO frames as the sound is made, an END at the end.

    Audio leaves only up to the last phoneme told so far, so whoever listens knows how long each sound in it lasts.
    """

    FIRST = SAMPLE_RATE * 40 // 1000
    LATER = SAMPLE_RATE * 400 // 1000
    MARGIN = SAMPLE_RATE * 2 // 1000  # phoneme times are whole milliseconds

    def __init__(self, job: int, jobs: Jobs, send: Callable[[bytes], None]) -> None:
        self._job = job
        self._jobs = jobs
        self._send = send
        self._edges = Edges()
        self._phonemes: list[tuple[int, str]] = []
        self._last_phoneme_at = 0
        self._want = self.FIRST

    def hear(self, pcm: bytes, phonemes: list[tuple[int, str]]) -> bool:
        """Take a piece from the library, send what is ready; False once the job is cancelled."""
        if self._jobs.is_cancelled(self._job):
            return False
        self._edges.feed(pcm)
        if phonemes:
            self._phonemes += phonemes
            self._last_phoneme_at = phonemes[-1][0]
        told = self._last_phoneme_at - self._edges.trimmed - self._edges.taken
        count = min(self._edges.ready, told - self.MARGIN)
        if count >= self._want:
            self._want = self.LATER
            self._send_phonemes()
            self._send(frame(Kind.AUDIO, self._job, self._edges.take(count)))
        return True

    def finish(self) -> None:
        """Send the rest and the END."""
        rest = b"" if self._jobs.is_cancelled(self._job) else self._edges.finish()
        if rest:
            self._send_phonemes()
        self._send(frame(Kind.END, self._job, rest))

    def _send_phonemes(self) -> None:
        if self._phonemes:
            timed = [(max(0, at - self._edges.trimmed) * 1000 // SAMPLE_RATE, name) for at, name in self._phonemes]
            self._send(frame(Kind.PHONEMES, self._job, json.dumps(timed).encode()))
            self._phonemes = []


def _claim_stdout() -> Callable[[bytes], None]:
    """Keep stdout for frames alone: whatever the library prints goes to stderr."""
    wire = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[wire.write(view) :]

    return send


def _serve(espeak: Espeak, jobs: Jobs, send: Callable[[bytes], None]) -> None:
    while True:
        job, order = jobs.next()
        speaker = Speaker(job, jobs, send)
        try:
            if not jobs.is_cancelled(job):
                espeak.say(order, speaker.hear)
            speaker.finish()
        except LibraryFailed as failure:
            send(frame(Kind.ERROR, job, str(failure).encode()))
        jobs.done(job)


def main(library: str, data: str) -> None:
    """Serve jobs until stdin closes."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they go to the whole group; the parent may finish its work, then close
    send = _claim_stdout()
    jobs = Jobs(os.fdopen(0, "rb"))
    threading.Thread(target=jobs.read, daemon=True).start()
    try:
        espeak = Espeak(library, data)
    except LibraryFailed as failure:
        send(frame(Kind.ERROR, 0, str(failure).encode()))
        return
    send(frame(Kind.READY, 0))
    _serve(espeak, jobs, send)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # the parent is gone
        main(sys.argv[1], sys.argv[2])
    os._exit(0)
