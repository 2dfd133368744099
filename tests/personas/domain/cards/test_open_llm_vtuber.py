"""Settings of Open-LLM-VTuber as characters: what comes in, what never does, and what is refused."""

import json

import pytest

from personas.domain.cards.files import read_file, without_keys
from personas.domain.cards.flaws import CardRefused, Flaw
from personas.domain.cards.lore import Caution
from personas.domain.cards.mapping import read_character

CONF = b"""
system_config:
  conf_version: 'v1.2.0'
  port: 12393
character_config:
  conf_name: 'mao_pro'
  conf_uid: 'mao_pro_001' # a comment
  character_name: 'Mao'
  human_name: 'Human'
  persona_prompt: |
    You are Mao, a sarcastic fox.
    You bake pies.
  agent_config:
    conversation_agent_choice: 'basic_memory_agent'
    agent_settings:
      basic_memory_agent: {llm_provider: 'openai_llm', faster_first_response: True}
    llm_configs:
      openai_llm: {llm_api_key: 'sk-verysecretkey1234567890', model: 'gpt-4o', temperature: 1.0}
      custom: {base_url: 'http://x/v1', note: 'Bearer abcdefgh12345678'}
  tts_config:
    tts_model: 'edge_tts'
    azure_tts: {api_key: 'azure-api-key', region: eastus}
    edge_tts: {voice: 'en-US-AvaMultilingualNeural'}
"""
CHARACTER = "character_config:\n  conf_name: zh_米粒\n  persona_prompt: |\n    你是米粒。\n".encode()


def test_a_conf_is_a_character_with_its_words() -> None:
    card = read_file(without_keys(CONF)).card
    assert card is not None
    reading = read_character(card)

    assert (reading.draft.name, reading.draft.language) == ("Mao", "en")
    assert reading.draft.identity == "You are Mao, a sarcastic fox.\nYou bake pies."
    assert card.text("creator_notes") == "openai_llm: gpt-4o\nedge_tts: en-US-AvaMultilingualNeural"
    assert reading.cautions == {Caution.KEYS: 3, Caution.SETTINGS: 5}


def test_no_key_comes_in_even_until_somebody_decides() -> None:
    kept = without_keys(CONF)

    assert b"verysecret" not in kept
    assert b"azure-api-key" not in kept
    assert b"abcdefgh12345678" not in kept
    assert b"eastus" in kept
    json.loads(kept)


def test_a_file_of_characters_is_one_too() -> None:
    card = read_file(without_keys(CHARACTER)).card
    assert card is not None

    draft = read_character(card).draft

    assert (draft.name, draft.language, draft.identity) == ("zh_米粒", "zh", "你是米粒。")


def test_other_files_stay_as_they_are() -> None:
    for raw in (b'{"name": "Mira", "description": "conf_name: x"}', b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"nothing"):
        assert without_keys(raw) == raw


@pytest.mark.parametrize(
    ("raw", "flaw"),
    [
        (b"conf_name: a\npersona_prompt: !!python/object/apply:os.system ['id']\n", Flaw.UNSAFE_YAML),
        (b"conf_name: &a [x]\npersona_prompt: *a\n", Flaw.UNSAFE_YAML),
        (b"conf_name: a\npersona_prompt: hi\nb: &b [1]\nc: [*b, *b]\n", Flaw.UNSAFE_YAML),
        (b"conf_name: a\n<<: {persona_prompt: hi}\n", Flaw.UNSAFE_YAML),
        (b"conf_name: a\nconf_name: b\npersona_prompt: hi\n", Flaw.TWICE_NAMED),
        (b"conf_name: a\npersona_prompt: [" + b"[" * 40 + b"]" * 41 + b"\n", Flaw.TOO_DEEP),
        (b"conf_name: a\npersona_prompt: hi\nx: [" + b"1," * 6000 + b"]\n", Flaw.TOO_LARGE),
        (b"conf_name: a\npersona_prompt: " + b"x" * (256 * 1024) + b"\n", Flaw.TOO_LARGE),
        (b"conf_name: [a\npersona_prompt: hi\n", Flaw.NOT_YAML),
        (b"conf_name: a\n--- \npersona_prompt: hi\n", Flaw.NOT_YAML),
        (b"conf_name: \xff\n", Flaw.NOT_TEXT),
        (b"conf_name: a\n", Flaw.NO_CHARACTER),
        (b"persona_prompt: hi\n", Flaw.NO_CHARACTER),
        (b"conf_name: a\npersona_prompt: {x: 1}\n", Flaw.NO_CHARACTER),
        (b"character_config: [1]\n", Flaw.NO_CHARACTER),
    ],
)
def test_hostile_and_empty_files_are_refused(raw: bytes, flaw: Flaw) -> None:
    with pytest.raises(CardRefused) as refusal:
        without_keys(raw)

    assert refusal.value.flaw is flaw


def test_script_in_a_prompt_is_refused_like_in_a_card() -> None:
    raw = without_keys(b"conf_name: a\npersona_prompt: hi <script>alert(1)</script>\n")

    with pytest.raises(CardRefused) as refusal:
        read_file(raw)
    assert refusal.value.flaw is Flaw.SCRIPT
