"""Trying engines on behalf of the admin: each trial on a short-lived loop of its own, in bounded time, told in words.

Owns the sentences. The engines that are on air are not touched: a trial has its own connections and processes.
"""

import asyncio
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.models import VoiceEngine
from personas.trials import BrainDraft, Trial, VoiceDraft
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import SpeechEngine
from vtcontrol.kernel.speech import AudioChunk, SpeechRequest
from workers.providers import espeak
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_speech import OpenAISpeech
from workers.providers.probe import PATIENCE, Finding, Trouble, look_at_brain, look_at_moderator, look_at_voice
from workers.runner.engines import formats_of

LONGEST_TEXT = 300
LONGEST_SAMPLE_S = 30
WHOLE_S = 15.0
OPENAI_VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse",
)  # fmt: skip
SENTENCES = {
    "en": "Hello everyone, and welcome to the stream! How are you today?",
    "ru": "Привет всем, добро пожаловать на стрим! Как у вас дела?",
    "zh": "大家好,欢迎来到直播间!今天过得怎么样?",
}
WORDS = {"en": "Hello!", "ru": "Привет!", "zh": "你好!"}

TROUBLES = {
    Trouble.ADDRESS: gettext_lazy("The address cannot be used: %(detail)s"),
    Trouble.PRIVATE: gettext_lazy(
        "The address is on this machine or in a private network, and the operator of this installation does not allow "
        "that (VTCONTROL_ALLOW_PRIVATE_URLS)."
    ),
    Trouble.FORBIDDEN_ADDRESS: gettext_lazy("The address is one that nobody may connect to: %(detail)s."),
    Trouble.NO_NAME: gettext_lazy("There is no server of the name %(detail)s: check the spelling (DNS)."),
    Trouble.REFUSED: gettext_lazy("Nobody answers at %(detail)s: is the server running, and is the port right?"),
    Trouble.NO_ANSWER: gettext_lazy("The server did not answer in time."),
    Trouble.TLS: gettext_lazy("No secure connection: the server's certificate is not trusted, or it speaks http."),
    Trouble.WEB_PAGE: gettext_lazy(
        "The server answers with a web page, not with the API: is the path right? It usually ends with /v1."
    ),
    Trouble.REDIRECT: gettext_lazy("The server sends on to another address, which is not followed: enter that one."),
    Trouble.KEY: gettext_lazy("The server refuses the key, or wants one (401)."),
    Trouble.NO_CREDIT: gettext_lazy("The account has no credit left."),
    Trouble.MODEL: gettext_lazy("The server knows no model “%(detail)s”: pick one of its own."),
    Trouble.NOT_FOUND: gettext_lazy("The server knows neither this path nor this model (404)."),
    Trouble.BUSY: gettext_lazy("The server is reached, but has too much to do right now (429)."),
    Trouble.BROKEN: gettext_lazy("The server fails, or breaks the connection off."),
    Trouble.REJECTED: gettext_lazy("The server does not take the request: check model and voice. %(detail)s"),
    Trouble.GARBAGE: gettext_lazy("The server's answer is not what this API promises: %(detail)s."),
}
FAULTS = {
    Fault.TIMEOUT: Trouble.NO_ANSWER,
    Fault.RATE_LIMITED: Trouble.BUSY,
    Fault.AUTH: Trouble.KEY,
    Fault.UNREACHABLE: Trouble.BROKEN,
    Fault.SERVER: Trouble.BROKEN,
    Fault.GARBAGE: Trouble.GARBAGE,
    Fault.REJECTED: Trouble.REJECTED,
}


class EngineTrials:
    """See `personas.trials.Trials`."""

    def try_brain(self, draft: BrainDraft) -> Trial:
        """Connect, list models, ask for a word."""
        return _tried(lambda: look_at_brain(_endpoint(draft), draft.model))

    def try_moderator(self, draft: BrainDraft, text: str = "") -> Trial:
        """Connect, list models, ask for an opinion on a text; "" asks about a harmless sentence."""
        return _tried(lambda: look_at_moderator(_endpoint(draft), draft.model, text))

    def try_voice(self, draft: VoiceDraft) -> Trial:
        """Connect, list models and voices, ask for a word of speech."""
        if draft.engine == VoiceEngine.ESPEAK:
            return self.speak(draft, WORDS.get(draft.language, WORDS["en"]))
        request = _request(draft, WORDS.get(draft.language, WORDS["en"]))
        return _tried(
            lambda: look_at_voice(_endpoint(draft), draft.model, request, formats_of(draft.audio_format)),
            voices=OPENAI_VOICES,
        )

    def speak(self, draft: VoiceDraft, text: str) -> Trial:
        """Say a text; "" says a sentence of the draft's language."""
        said = text.strip()[:LONGEST_TEXT] or SENTENCES.get(draft.language, SENTENCES["en"])
        return asyncio.run(_spoken(draft, said))


def _tried(look: Callable[[], Awaitable[Finding]], voices: tuple[str, ...] = ()) -> Trial:
    async def run() -> Finding:
        return await look()

    found = asyncio.run(run())
    if found.trouble is None:
        sentence = _("It works: the first piece of the answer came after %(ms)d ms.") % {"ms": found.latency_ms or 0}
        if found.heard is not None:
            sentence += " " + _("It sends %(format)s.") % {"format": found.heard.upper()}
    else:
        sentence = sentence_of(found.trouble, found.detail)
    has_begun = found.trouble in {None, Trouble.MODEL, Trouble.REJECTED}
    offered = found.voices or (voices if has_begun else ())
    return Trial(found.trouble is None, sentence, found.latency_ms, found.models, offered, opinion=found.opinion)


def sentence_of(trouble: Trouble, detail: str) -> str:
    """Return a trouble in words."""
    return (str(TROUBLES[trouble]) % {"detail": detail}).strip()


def _endpoint(draft: BrainDraft | VoiceDraft) -> OpenAIEndpoint:
    return OpenAIEndpoint(draft.base_url, draft.key, allow_private=settings.ALLOW_PRIVATE_URLS)


def _request(draft: VoiceDraft, text: str) -> SpeechRequest:
    return SpeechRequest(text, draft.voice_name, draft.language, draft.rate, draft.pitch, draft.volume)


async def _spoken(draft: VoiceDraft, text: str) -> Trial:
    clients = OpenAIClients()
    engine: SpeechEngine = espeak.EspeakEngine(children=1)
    if draft.engine != VoiceEngine.ESPEAK:
        engine = OpenAISpeech(
            clients,
            _endpoint(draft),
            draft.model,
            formats=formats_of(draft.audio_format),
            raw_rate=draft.raw_rate,
            patience=PATIENCE,
        )
    try:
        return await _recorded(engine, _request(draft, text))
    finally:
        await engine.aclose()
        await clients.aclose()


async def _recorded(engine: SpeechEngine, request: SpeechRequest) -> Trial:
    began = asyncio.get_running_loop().time()
    latency_ms: float | None = None
    pcm, rate = b"", engine.capabilities.sample_rate
    voices = tuple(voice.name for voice in espeak.voices()) if engine.name == espeak.NAME else ()
    try:
        async with asyncio.timeout(WHOLE_S):
            async for event in engine.stream(request):
                if isinstance(event, AudioChunk) and event.pcm:
                    now = asyncio.get_running_loop().time()
                    latency_ms = (now - began) * 1000 if latency_ms is None else latency_ms
                    pcm, rate = pcm + event.pcm, event.sample_rate
                if len(pcm) > LONGEST_SAMPLE_S * rate * 2:
                    break
    except ProviderFailed as failure:
        detail = str(failure).partition("(")[2].removesuffix(")")
        return Trial(ok=False, sentence=sentence_of(FAULTS[failure.fault], detail), voices=voices)
    except TimeoutError:
        return Trial(ok=False, sentence=sentence_of(Trouble.NO_ANSWER, ""), voices=voices)
    if not pcm:
        return Trial(ok=False, sentence=_("Nothing is heard: the voice cannot read this text."), voices=voices)
    sentence = _("It speaks: %(seconds).1f s of audio, the first of it after %(ms)d ms.") % {
        "seconds": len(pcm) / 2 / rate, "ms": latency_ms or 0,
    }  # fmt: skip
    return Trial(ok=True, sentence=sentence, latency_ms=latency_ms, voices=voices, wav=wav_of(pcm, rate))


def wav_of(pcm: bytes, rate: int) -> bytes:
    """Return mono PCM16 as a WAV file."""
    fields = (16, 4), (1, 2), (1, 2), (rate, 4), (2 * rate, 4), (2, 2), (16, 2)
    form = b"".join(number.to_bytes(size, "little") for number, size in fields)
    size = (36 + len(pcm)).to_bytes(4, "little")
    return b"RIFF" + size + b"WAVEfmt " + form + b"data" + len(pcm).to_bytes(4, "little") + pcm
