"""Trying engines from the admin: what is asked, what comes back, and the door to the floor above that knows engines.

Owns the shapes. `workers` hangs its trials in when it starts (`install`); without it, as in a process that serves no
pages, there is nothing to try. Must not know vendors or HTTP.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from vtcontrol.kernel.errors import Conflict
from vtcontrol.kernel.moderation import Assessment


@dataclass(frozen=True, slots=True)
class BrainDraft:
    """A language or moderation model as it stands in a form, saved or not."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class VoiceDraft:
    """A voice as it stands in a form, saved or not; the values are those of `personas.models.Voice`.

    Attributes:
        language: BCP 47 tag of what is said.
        rate: Speed, an emotion's already in it; so with the next two.
    """

    engine: str
    voice_name: str
    language: str
    base_url: str = ""
    model: str = ""
    key: str = field(default="", repr=False)
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    audio_format: str = "auto"
    raw_rate: int = 24_000


@dataclass(frozen=True, slots=True)
class Trial:
    """How a trial went.

    Attributes:
        ok: All is well.
        sentence: What to tell the person, in the language of the page.
        latency_ms: To the first piece of the answer, None when there was none.
        models: What the server offers.
        voices: What the engine offers.
        wav: What was said, b"" when nothing was.
        opinion: What a moderation model thinks of the text.
    """

    ok: bool
    sentence: str
    latency_ms: float | None = None
    models: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    wav: bytes = b""
    opinion: Assessment | None = None


class Trials(Protocol):
    """Tries engines. Every call takes bounded time and never raises."""

    def try_brain(self, draft: BrainDraft) -> Trial:
        """Connect, list models, ask for a word."""
        ...

    def try_moderator(self, draft: BrainDraft, text: str = "") -> Trial:
        """Connect, list models, ask for an opinion on a text; "" asks about a harmless sentence."""
        ...

    def try_voice(self, draft: VoiceDraft) -> Trial:
        """Connect, list models and voices, ask for a word of speech."""
        ...

    def speak(self, draft: VoiceDraft, text: str) -> Trial:
        """Say a text; "" says a sentence of the draft's language."""
        ...


_doors: list[Callable[[], Trials]] = []


def install(door: Callable[[], Trials]) -> None:
    """Say who tries engines; called once, when the floor above is ready."""
    _doors[:] = [door]


def trials() -> Trials:
    """Return who tries engines.

    Raises:
        Conflict: Nobody does in this process.
    """
    if not _doors:
        raise Conflict
    return _doors[0]()
