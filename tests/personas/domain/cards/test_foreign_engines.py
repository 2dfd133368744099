"""The model and the voice of a foreign file: what fits here, and why the rest does not."""

from typing import Any

import pytest
from django.core.validators import URLValidator
from hypothesis import given
from hypothesis import strategies as st

from personas.domain.cards.foreign_engines import ForeignBrain, ForeignVoice, Left, engines_of, is_near


def settings(provider: str = "ollama_llm", tts: str = "openai_tts", **llm: Any) -> dict[str, Any]:
    row = {"base_url": "http://localhost:11434/v1", "model": "qwen2.5", "temperature": 0.8, "keep_alive": -1, **llm}
    return {
        "conf_name": "mao",
        "live2d_model_name": "mao_pro",
        "agent_config": {
            "conversation_agent_choice": "basic_memory_agent",
            "agent_settings": {"basic_memory_agent": {"llm_provider": provider}},
            "llm_configs": {provider: row, "claude_llm": {"model": "claude"}},
        },
        "asr_config": {"asr_model": "sherpa"},
        "tts_config": {
            "tts_model": tts,
            "openai_tts": {"model": "kokoro", "voice": "af_sky", "base_url": "http://127.0.0.1:8880/v1"},
            "edge_tts": {"voice": "en-US-Ava"},
        },
    }


def test_what_speaks_the_openai_api_becomes_a_brain_and_a_voice() -> None:
    found = engines_of(settings())

    assert found.brain == ForeignBrain("ollama_llm", "http://localhost:11434/v1", "qwen2.5", 0.8, needs_key=False)
    assert found.voice == ForeignVoice("openai_tts", "http://127.0.0.1:8880/v1", "kokoro", "af_sky", needs_key=False)


def test_a_server_elsewhere_wants_its_key_entered() -> None:
    found = engines_of(settings("groq_llm", base_url=None, temperature=9))

    assert found.brain == ForeignBrain("groq_llm", "https://api.groq.com/openai/v1", "qwen2.5", None, needs_key=True)


def test_what_makes_nothing_is_told_by_its_path_with_a_reason() -> None:
    left = dict(engines_of(settings(tts="edge_tts")).left)

    assert left["agent_config.llm_configs.ollama_llm.keep_alive"] is Left.OTHER_BRAIN
    assert left["agent_config.llm_configs.claude_llm.model"] is Left.OTHER_BRAIN
    assert left["tts_config.edge_tts.voice"] is Left.NO_VOICE
    assert left["asr_config.asr_model"] is Left.HEARING
    assert left["live2d_model_name"] is Left.LOOKS
    assert left["conf_name"] is Left.UNKNOWN
    assert "agent_config.llm_configs.ollama_llm.model" not in left


def test_nonsense_is_no_engine() -> None:
    for wrong in ({"base_url": "file:///etc/passwd"}, {"base_url": "http://[x"}, {"model": ""}, {"model": "m" * 121}):
        assert engines_of(settings(**wrong)).brain is None
    assert engines_of({"agent_config": "x", "tts_config": [1]}).brain is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("127.9.9.9", True), ("[::1]", True), ("10.0.0.7", True), ("172.31.0.1", True),
        ("192.168.1.20:8000", True), ("[fd00::1]", True), ("host.docker.internal", True),
        ("8.8.8.8", False), ("172.32.0.1", False), ("169.254.169.254", False), ("0.0.0.0", False),
        ("[::ffff:8.8.8.8]", False), ("localhost.evil.example", False), ("10.0.0.7.evil.example", False),
    ],
)  # fmt: skip
def test_near_is_what_is_written_as_such(host: str, expected: bool) -> None:
    assert is_near(f"http://{host}/v1") is expected


ADDRESSES = (
    "http://localhost:11434/v1", "https://api.groq.com/openai/v1", "HTTP://Example.com", "http://127.0.0.1:1/v1?a=b#c",
    "http://[::1]:8880/v1", "http://host.docker.internal:1234/v1", "https://xn--d1acufc.xn--p1ai/v1",
)  # fmt: skip
NO_ADDRESSES = (
    "http://ollama:11434/v1", "http://user:pw@example.com/v1", "http://user@127.0.0.1/v1", "http://-a.com", "http://a..com",
    "http://example.com:/v1", "http://example.com:123456/v1", "http://example.com:70000/v1", "http://[x]/v1", "http://1.2.3/v1",
    "http://exa_mple.com/v1", "http://example.com/a b", "http://example.com/\nx", "http:///v1", "ftp://example.com/v1",
    f"http://{'a' * 64}.com", f"http://{'a.' * 130}com", "http://[fe80::1%eth0]/v1", "http://[::1]x/v1", "http://010.0.0.1/v1",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_a_form_takes_is_an_address(address: str) -> None:
    URLValidator(schemes=["http", "https"])(address)
    assert engines_of(settings(base_url=address)).brain is not None


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_no_form_takes_or_holds_a_password_is_told_as_not_mapped(address: str) -> None:
    found = engines_of(settings(base_url=address))

    assert found.brain is None
    assert dict(found.left)["agent_config.llm_configs.ollama_llm.base_url"] is Left.NO_BRAIN


@given(st.from_regex(r"https?://[a-z0-9.@:\[\]%_-]{1,12}(/[a-z ]{0,3})?", fullmatch=True))
def test_every_address_is_one_that_forms_take(address: str) -> None:
    if engines_of(settings(base_url=address)).brain is not None:
        URLValidator()(address.strip())
