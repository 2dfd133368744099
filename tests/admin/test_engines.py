"""Trying brains and voices from their forms: what is said in words, what is offered, what is heard, and who may."""

import asyncio
import base64
import io
import threading
import wave
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client

from bench.stand import free_port
from personas import tokenizers
from personas.admin.tokenizer_words import how_counted
from personas.domain.tokens import ESTIMATE
from personas.models import Brain, Emotion, Voice
from personas.tokenizers import Lack, TokenizerMissing, Tokenizing
from tests.admin.pages import address, errors, page_text, save
from tests.factories.personas import make_brain, make_character, make_voice
from tests.factories.tenancy import make_credential
from tests.fakes.openai_server import INSTANT, OpenAIStub, Timing
from tests.fakes.tokenizers import install_tables
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

KEY = "sk-live-0123456789abcdef"


class StubThread:
    """The stub on a thread of its own, since a trial runs on the thread of its request."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.stub = OpenAIStub(KEY, Timing(**INSTANT))
        self._run(self.stub.start())

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def stop(self) -> None:
        self.stub.release()
        self._run(self.stub.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    server = StubThread()
    yield server.stub
    server.stop()


@pytest.fixture(autouse=True)
def local_servers_are_allowed(settings: Any) -> None:
    settings.ALLOW_PRIVATE_URLS = True
    cache.clear()


@pytest.fixture
def brain(studio: Studio, stub: OpenAIStub) -> Brain:
    with studio_scope(studio.pk):
        return make_brain(credential=make_credential(secret=KEY), base_url=stub.base_url, model="stub")


@pytest.fixture
def voice(studio: Studio, stub: OpenAIStub) -> Voice:
    with studio_scope(studio.pk):
        return make_voice(
            credential=make_credential(secret=KEY), engine="openai", base_url=stub.base_url, model="stub",
            voice_name="alloy", name="Cloud voice",
        )  # fmt: skip


@pytest.fixture
def local(studio: Studio) -> Voice:
    with studio_scope(studio.pk):
        return make_voice(name="Built in", voice_name="en-us+f3")


def tried(client: Client, engine: Any, what: str = "connection", **changes: str) -> dict[str, Any]:
    """Press a button on an engine's page, its form changed but not saved."""
    form = read_form(client.get(address(engine)).content)
    data = {**form, **changes, "object_id": str(engine.pk), "what": what}
    answer = client.post(address(type(engine), "try"), data)
    assert answer.status_code == 200, answer.status_code
    told: dict[str, Any] = answer.json()
    return told


def seconds(told: dict[str, Any]) -> float:
    with wave.open(io.BytesIO(base64.b64decode(told["wav"]))) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getnframes() / file.getframerate()


async def _nobody_knows(_host: str, _port: int) -> list[str]:
    raise OSError


def test_a_brain_that_works_says_so_and_lists_its_models(as_manager: Client, brain: Brain, stub: OpenAIStub) -> None:
    stub.models = ["stub", "stub-large"]

    told = tried(as_manager, brain)

    assert told["ok"]
    assert "It works" in told["sentence"]
    assert told["models"] == ["stub", "stub-large"]
    assert told["latency_ms"] >= 0


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("unauthorised", "refuses the key"),
        ("html", "web page"),
        ("redirect", "sends on to another address"),
        ("rate_limited", "too much to do"),
        ("no_credit", "no credit"),
        ("error_500", "fails"),
        ("not_found", "(404)"),
        ("garbage_sse", "not what this API promises"),
        ("reset", "breaks the connection off"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    mode: str, said: str, as_manager: Client, brain: Brain, stub: OpenAIStub
) -> None:
    stub.models = []
    stub.fail("chat", mode, times=0)

    told = tried(as_manager, brain)

    assert not told["ok"]
    assert said in told["sentence"]
    assert KEY not in str(told)


@pytest.mark.parametrize("mode", ["html", "unauthorised", "reset"])
def test_trouble_at_the_first_question_is_said_too(
    mode: str, as_manager: Client, brain: Brain, stub: OpenAIStub
) -> None:
    stub.fail("models", mode, times=0)

    assert not tried(as_manager, brain)["ok"]


def test_a_model_the_server_does_not_know_is_named(as_manager: Client, brain: Brain, stub: OpenAIStub) -> None:
    stub.fail("chat", "not_found", times=0)

    told = tried(as_manager, brain, model="gpt-nonsense")

    assert "gpt-nonsense" in told["sentence"]
    assert told["models"] == ["stub"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://no-such-server.invalid/v1", "no server of the name no-such-server.invalid"),
        ("http://127.0.0.1:{free}/v1", "Nobody answers at 127.0.0.1:"),
        ("http://169.254.169.254/latest", "cannot be used"),
        ("http://127.0.0.1:6379/v1", "cannot be used"),
        ("ftp://127.0.0.1/v1", "http://"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_apart(
    url: str, said: str, as_manager: Client, brain: Brain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.providers.probe.system_resolve", _nobody_knows)

    told = tried(as_manager, brain, base_url=url.format(free=free_port()), api_key="sk-other")

    assert not told["ok"]
    assert said in told["sentence"]


def test_a_private_address_is_refused_where_the_operator_says_so(
    as_manager: Client, brain: Brain, settings: Any
) -> None:
    settings.ALLOW_PRIVATE_URLS = False

    assert "VTCONTROL_ALLOW_PRIVATE_URLS" in tried(as_manager, brain)["sentence"]


def test_a_stored_key_does_not_leave_for_another_host(
    as_manager: Client, brain: Brain, stub: OpenAIStub, studio: Studio
) -> None:
    elsewhere = stub.base_url.replace("127.0.0.1", "localhost")

    told = tried(as_manager, brain, base_url=elsewhere)

    assert not told["ok"]
    assert "The stored key was given for" in told["sentence"]
    assert stub.log == []


def test_nothing_is_saved_by_trying(as_manager: Client, brain: Brain, stub: OpenAIStub, studio: Studio) -> None:
    tried(as_manager, brain, model="another", name="", api_key=KEY)

    with studio_scope(studio.pk):
        brain.refresh_from_db()
        assert (brain.model, brain.credential.reveal()) == ("stub", KEY)


@pytest.mark.parametrize(
    "voices",
    [["af_sky", "af_bella"], {"voices": ["af_sky", "af_bella"]}, {"data": [{"id": "af_sky"}, {"id": "af_bella"}]}],
)
def test_the_voices_a_server_lists_are_offered(voices: Any, as_manager: Client, voice: Voice, stub: OpenAIStub) -> None:
    stub.voices = voices

    told = tried(as_manager, voice)

    assert told["ok"]
    assert told["voices"] == ["af_sky", "af_bella"]
    assert "It sends PCM." in told["sentence"]


def test_without_a_list_the_known_voices_are_offered(as_manager: Client, voice: Voice) -> None:
    assert "alloy" in tried(as_manager, voice)["voices"]


@pytest.mark.parametrize("form", ["auto", "mp3", "opus"])
def test_a_sample_is_heard_in_any_format_before_it_is_saved(as_manager: Client, voice: Voice, form: str) -> None:
    told = tried(as_manager, voice, "sample", audio_format=form)

    assert told["ok"], told
    assert 1.4 < seconds(told) < 1.6


def test_a_server_that_sends_no_audio_is_told_so(as_manager: Client, voice: Voice, stub: OpenAIStub) -> None:
    stub.fail("speech", "html_as_mp3", times=0)

    told = tried(as_manager, voice, "sample")

    assert (told["ok"], told["wav"]) == (False, "")
    assert "not what this API promises" in told["sentence"]


def test_the_built_in_voice_speaks_with_what_the_form_says(as_manager: Client, local: Voice) -> None:
    usual = tried(as_manager, local, "sample", text="One two three four five six seven.")
    fast = tried(as_manager, local, "sample", text="One two three four five six seven.", rate="1.8")

    assert usual["ok"]
    assert seconds(fast) < 0.75 * seconds(usual)
    assert "en-us+f3" in usual["voices"]


def test_a_feeling_colours_the_sample(as_manager: Client, studio: Studio, local: Voice) -> None:
    with studio_scope(studio.pk):
        persona = make_character("", voice=local).persona
        slow = Emotion.objects.create(persona=persona, name="slow", face="sad", rate=0.5, intensity=1.0)

    usual = tried(as_manager, local, "sample")
    moody = tried(as_manager, local, "sample", emotion=str(slow.pk))

    assert f"{persona.name}: slow" in page_text(as_manager, address(local))
    assert seconds(moody) > 1.4 * seconds(usual)


def test_a_new_voice_is_tried_before_there_is_one(as_manager: Client) -> None:
    form = read_form(as_manager.get(address(Voice, "add")).content)

    answer = as_manager.post(address(Voice, "try"), {**form, "what": "sample", "language": "ru", "voice_name": "ru+f3"})

    assert answer.json()["ok"], answer.json()


def test_trying_is_recorded_without_a_secret(as_manager: Client, brain: Brain) -> None:
    tried(as_manager, brain)

    notes = [entry.get_change_message() for entry in LogEntry.objects.filter(object_id=str(brain.pk))]
    assert any("Tried: It works" in note for note in notes)
    assert KEY not in str(notes)


def test_who_may_not_change_an_engine_cannot_try_it(as_observer: Client, brain: Brain, stub: OpenAIStub) -> None:
    data = {"object_id": str(brain.pk), "what": "connection"}

    assert as_observer.post(address(Brain, "try"), data).status_code == 403
    assert as_observer.post(address(Brain, "try"), {"what": "connection"}).status_code == 403
    assert 'id="vt-trying"' not in page_text(as_observer, address(brain))
    assert stub.log == []


def test_a_stranger_finds_no_engine_of_ours(as_stranger: Client, brain: Brain, stub: OpenAIStub) -> None:
    for wanted in (str(brain.pk), "nonsense"):
        assert as_stranger.post(address(Brain, "try"), {"object_id": wanted}).status_code == 404
    assert stub.log == []


def test_trying_is_limited(as_manager: Client, local: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("personas.admin.trying.TRIALS_A_MINUTE", 0)

    answer = as_manager.post(address(Voice, "try"), {"object_id": str(local.pk), "what": "sample"})

    assert answer.status_code == 429
    assert "Too many requests" in answer.json()["sentence"]


def test_trying_is_a_post(as_manager: Client) -> None:
    assert as_manager.get(address(Voice, "try")).status_code == 405


def test_a_voice_may_have_another_behind_it_but_no_circle(
    as_manager: Client, voice: Voice, local: Voice, studio: Studio
) -> None:
    assert save(as_manager, address(voice), fallback=str(local.pk)).status_code == 302

    assert "comes back to its beginning" in errors(save(as_manager, address(local), fallback=str(voice.pk)))
    assert "comes back to its beginning" in errors(save(as_manager, address(voice), fallback=str(voice.pk)))


def test_a_brain_says_by_what_its_tokens_are_counted_and_how_to_do_better(
    as_manager: Client, brain: Brain, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, later = install_tables(monkeypatch)
    tables.failures["stub"] = TokenizerMissing(Lack.UNKNOWN, "stub")
    tables.is_offered = False
    nowhere = page_text(as_manager, address(brain))
    tables.is_offered = True
    reading = page_text(as_manager, address(brain))
    later.run()
    unknown = page_text(as_manager, address(brain))
    tables.failures.clear()
    tokenizers.look_again("stub")
    later.run()

    own = page_text(as_manager, address(brain))

    assert "VTCONTROL_TOKENIZERS_DIR" in nowhere
    assert "is being read" in reading
    assert "tokenizer.json into stub/" in unknown
    assert "own" in own
    assert "Estimate" not in own


def test_testing_a_brain_looks_for_its_tokenizer_again(
    as_manager: Client, brain: Brain, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, later = install_tables(monkeypatch)
    tables.failures["stub"] = TokenizerMissing(Lack.NO_TABLE, "tiny")
    tokenizers.look_again("stub")
    later.run()
    tables.failures.clear()
    monkeypatch.setattr(later, "submit", lambda work, *given: work(*given))

    told = tried(as_manager, brain)

    assert told["ok"]
    assert told["sentence"].endswith("Tokens are counted by own.")


@pytest.mark.parametrize("lack", Lack)
def test_every_reason_for_an_estimate_has_a_sentence(lack: Lack) -> None:
    said = how_counted("gpt-4o", Tokenizing(ESTIMATE, lack, "o200k_base"))

    assert said.startswith("Tokens are estimated")
    assert "%(" not in said
