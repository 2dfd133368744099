"""Settings of another program in the admin: a brain and a voice are made of them after a look, without their keys."""

import hashlib
import json
import re
from typing import Any

import pytest
from django.test import Client

from personas.domain.cards.card import read_card
from personas.domain.cards.files import card_picture, without_keys
from personas.domain.cards.foreign_engines import ForeignBrain, ForeignVoice
from personas.models import Brain, CardSource, Persona, Voice
from personas.services.foreign_engines import make_brain as make_foreign_brain
from personas.services.foreign_engines import make_voice
from tests.admin.test_cards import IMPORT, _look, _take
from tests.factories.personas import Character, make_brain
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

SECRET = "sk-verysecretkey1234567890"
CONF = f"""
character_config:
  conf_name: mao
  character_name: Vera
  persona_prompt: You are Vera, a sarcastic fox.
  agent_config:
    conversation_agent_choice: basic_memory_agent
    agent_settings: {{basic_memory_agent: {{llm_provider: groq_llm}}}}
    llm_configs: {{groq_llm: {{llm_api_key: {SECRET}, model: llama-3.3-70b, temperature: 0.9}}}}
  tts_config:
    tts_model: openai_tts
    openai_tts: {{model: kokoro, voice: af_sky, base_url: 'http://localhost:8880/v1', api_key: not-needed}}
""".encode()
KEPT = without_keys(CONF)


def _decide(client: Client, character: Character, **changes: Any) -> Any:
    digest = hashlib.sha256(KEPT).hexdigest()
    return _take(client, CONF, character, **{"digest": digest, "makes_brain": "on", "makes_voice": "on", **changes})


def test_a_look_shows_what_would_be_made_and_writes_nothing(as_owner: Client, studio: Studio) -> None:
    page = _look(as_owner, CONF).content.decode()

    assert "llama-3.3-70b" in page
    assert "https://api.groq.com/openai/v1" in page
    assert "enter them on the brain and the voice afterwards" in page
    assert "<dt>conf_name</dt>" in page
    assert SECRET not in page
    with studio_scope(studio.pk):
        assert not Brain.objects.exists()
        assert not Voice.objects.filter(model="kokoro").exists()


def test_brain_and_voice_are_made_without_keys_and_the_rest_survives(
    as_owner: Client, studio: Studio, character: Character
) -> None:
    assert _decide(as_owner, character).status_code == 302

    with studio_scope(studio.pk):
        vera = Persona.objects.select_related("brain", "voice").get(name="Vera")
        assert (vera.brain.base_url, vera.brain.model) == ("https://api.groq.com/openai/v1", "llama-3.3-70b")
        assert (vera.voice.base_url, vera.voice.voice_name) == ("http://localhost:8880/v1", "af_sky")
        assert (vera.brain.credential, vera.voice.credential, vera.temperature) == (None, None, 0.9)
        kept = CardSource.objects.get(persona=vera).card["data"]["extensions"]["open_llm_vtuber"]["settings"]
        assert kept["conf_name"] == "mao"
        assert SECRET not in str(kept)


def test_a_brain_that_is_here_already_is_offered_instead(
    as_owner: Client, studio: Studio, character: Character
) -> None:
    with studio_scope(studio.pk):
        there = make_brain(base_url="https://api.groq.com/openai/v1", model="llama-3.3-70b")

    page = _look(as_owner, CONF).content.decode()
    _decide(as_owner, character, brain=str(there.pk), makes_brain="")

    assert f'value="{there.pk}" selected' in page
    with studio_scope(studio.pk):
        assert Persona.objects.get(name="Vera").brain_id == there.pk
        assert Brain.objects.count() == 1


def test_who_may_not_add_brains_makes_none(as_moderator: Client, studio: Studio, character: Character) -> None:
    assert as_moderator.get(IMPORT).status_code == 403
    assert _decide(as_moderator, character).status_code == 403
    with studio_scope(studio.pk):
        assert not Brain.objects.exists()


def _switched_on(page: str) -> set[str]:
    switches = [tag for tag in re.findall(r"<input[^>]*>", page) if 'name="makes_' in tag]
    assert len(switches) == 2
    return {name for tag in switches if re.search(r"\schecked[\s>]", tag) for name in re.findall(r'"makes_(\w+)"', tag)}


def test_a_server_nobody_here_speaks_to_is_switched_on_by_people(as_owner: Client, studio: Studio) -> None:
    assert _switched_on(_look(as_owner, CONF).content.decode()) == {"voice"}  # of this machine

    with studio_scope(studio.pk):
        make_brain(base_url="https://api.groq.com/openai/v1/", model="another")
    assert _switched_on(_look(as_owner, CONF).content.decode()) == {"brain", "voice"}


@pytest.mark.parametrize("wrapped", [bytes, lambda raw: card_picture(read_card(json.loads(raw)))])
def test_a_card_switches_no_engine_on(as_owner: Client, studio: Studio, wrapped: Any) -> None:
    with studio_scope(studio.pk):
        make_brain(base_url="https://api.groq.com/openai/v1", model="another")

    page = _look(as_owner, wrapped(KEPT)).content.decode()

    assert "llama-3.3-70b" in page
    assert _switched_on(page) == set()


@pytest.mark.parametrize("address", ["http://ollama:11434/v1", "http://ann:hunter2@models.example.com/v1"])
def test_an_address_no_form_takes_makes_nothing_and_is_told(
    as_owner: Client, studio: Studio, character: Character, address: str
) -> None:
    conf = CONF.replace(b"model: llama", f"base_url: '{address}', model: llama".encode())

    page = _look(as_owner, conf).content.decode()
    digest = hashlib.sha256(without_keys(conf)).hexdigest()
    answer = _take(as_owner, conf, character, digest=digest, makes_brain="on")

    assert "<dt>agent_config.llm_configs.groq_llm.base_url</dt>" in page
    assert answer.status_code == 302
    with studio_scope(studio.pk):
        assert not Brain.objects.exists()
        assert "hunter2" not in str(CardSource.objects.get().card)


def test_values_no_form_takes_are_refused_as_input(in_studio: Studio) -> None:
    with pytest.raises(InputInvalid):
        make_foreign_brain(ForeignBrain("ollama_llm", "http://ollama:11434/v1", "qwen", None, needs_key=True), "Vera")
    with pytest.raises(InputInvalid):
        make_voice(ForeignVoice("openai_tts", "http://kokoro:8880/v1", "kokoro", "af_sky", needs_key=True), "Vera")
