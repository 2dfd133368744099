"""The model and the voice that settings of Open-LLM-VTuber name, as far as an engine here fits; what is left, by path.

Pure: says what rows could be made, and makes none. Keys never reach it. Source: Open-LLM-VTuber,
config_templates/conf.default.yaml (v1.2): `agent_config.llm_configs` and `tts_config`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

PATHS_MOST = 200
HOSTS = {
    "openai_compatible_llm": "",
    "ollama_llm": "http://localhost:11434/v1",
    "lmstudio_llm": "http://localhost:1234/v1",
    "openai_llm": "https://api.openai.com/v1",
    "gemini_llm": "https://generativelanguage.googleapis.com/v1beta/openai/",
    "zhipu_llm": "https://open.bigmodel.cn/api/paas/v4/",
    "deepseek_llm": "https://api.deepseek.com/v1",
    "mistral_llm": "https://api.mistral.ai/v1",
    "groq_llm": "https://api.groq.com/openai/v1",
}
"""Providers that speak the OpenAI API, with the address of those that name none."""
SPEECH = {"openai_tts": "https://api.openai.com/v1"}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal"})
NEAR = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")))
NETLOC = re.compile(r"(?:[^:@\[\]]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
HOST = re.compile(
    r"localhost|(?=.{4,253}\Z)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)(?:[a-z-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)"
)
"""Names of hosts that a form for an address takes."""
ADDRESS_MOST, MODEL_MOST, VOICE_MOST = 300, 120, 80


class Left(StrEnum):
    """Why a setting makes nothing here."""

    OTHER_BRAIN = "other_brain"
    NO_BRAIN = "no_brain"
    OTHER_VOICE = "other_voice"
    NO_VOICE = "no_voice"
    HEARING = "hearing"
    LOOKS = "looks"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ForeignBrain:
    """A model the file names. `needs_key`: its server is not this machine's."""

    provider: str
    base_url: str
    model: str
    temperature: float | None
    needs_key: bool


@dataclass(frozen=True, slots=True)
class ForeignVoice:
    """A voice the file names. `needs_key`: its server is not this machine's."""

    provider: str
    base_url: str
    model: str
    voice_name: str
    needs_key: bool


@dataclass(frozen=True, slots=True)
class ForeignEngines:
    """What the file brings beside the character.

    Attributes:
        brain: The chosen model, where it speaks the OpenAI API.
        voice: The chosen voice, where it speaks the OpenAI API.
        left: Every setting that makes nothing here: its path, and why.
    """

    brain: ForeignBrain | None
    voice: ForeignVoice | None
    left: tuple[tuple[str, Left], ...]


def engines_of(settings: dict[str, Any]) -> ForeignEngines:
    """Return the engines of a file's settings, which are free of keys."""
    agent, speech = _under(settings, "agent_config"), _under(settings, "tts_config")
    chosen = _under(agent, "agent_settings", str(agent.get("conversation_agent_choice", "")))
    brain = _brain(str(chosen.get("llm_provider", "")), _under(agent, "llm_configs"))
    voice = _voice(str(speech.get("tts_model", "")), speech)
    used: set[str] = set()
    if brain is not None:
        root = f"agent_config.llm_configs.{brain.provider}"
        used |= {"agent_config.conversation_agent_choice", *(f"{root}.{one}" for one in ("base_url", "model"))}
        used |= {f"agent_config.agent_settings.{agent.get('conversation_agent_choice', '')}.llm_provider"}
        used |= {f"{root}.temperature"} if brain.temperature is not None else set()
    if voice is not None:
        used |= {"tts_config.tts_model"}
        used |= {f"tts_config.{voice.provider}.{one}" for one in ("base_url", "model", "voice")}
    left = [(path, _why(path, brain, voice)) for path in _paths(settings) if path not in used]
    return ForeignEngines(brain, voice, tuple(left[:PATHS_MOST]))


def is_near(address: str) -> bool:
    """Tell whether an address is of this machine or of the network it stands in, by what is written there alone."""
    host = urlsplit(address).hostname or ""
    try:
        literal = ip_address(host)
    except ValueError:
        return host in LOCAL
    return any(literal in network for network in NEAR)


def _brain(provider: str, configs: dict[str, Any]) -> ForeignBrain | None:
    row = _under(configs, provider)
    base_url = _text(row.get("base_url")) or HOSTS.get(provider, "")
    model, heat = _text(row.get("model")), row.get("temperature")
    if provider not in HOSTS or not _is_address(base_url) or not 0 < len(model) <= MODEL_MOST:
        return None
    is_number = isinstance(heat, int | float) and not isinstance(heat, bool)
    temperature = float(heat) if is_number and 0 <= float(heat) <= 2 else None  # type: ignore[arg-type]  # a number, see above
    return ForeignBrain(provider, base_url, model, temperature, not _is_local(base_url))


def _voice(provider: str, speech: dict[str, Any]) -> ForeignVoice | None:
    row = _under(speech, provider)
    base_url = _text(row.get("base_url")) or SPEECH.get(provider, "")
    model, name = _text(row.get("model")), _text(row.get("voice"))
    fits = 0 < len(model) <= MODEL_MOST and 0 < len(name) <= VOICE_MOST
    if provider not in SPEECH or not _is_address(base_url) or not fits:
        return None
    return ForeignVoice(provider, base_url, model, name, not _is_local(base_url))


def _why(path: str, brain: ForeignBrain | None, voice: ForeignVoice | None) -> Left:
    if path.startswith("agent_config.llm_configs."):
        return Left.NO_BRAIN if brain is None else Left.OTHER_BRAIN
    if path.startswith("tts_config."):
        return Left.NO_VOICE if voice is None else Left.OTHER_VOICE
    if path.startswith(("asr_config", "vad_config")):
        return Left.HEARING
    return Left.LOOKS if path.startswith(("live2d", "avatar")) else Left.UNKNOWN


def _paths(value: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, inner in value.items():
        path = f"{before}{name}"
        if isinstance(inner, dict) and inner:
            yield from _paths(inner, f"{path}.")
        else:
            yield path


def _is_address(text: str) -> bool:
    """Tell whether an address can be a brain's or a voice's: of the web, without user and password."""
    if len(text) > ADDRESS_MOST or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and NETLOC.fullmatch(parts.netloc) is not None and parts.port != 0
        return is_web and (HOST.fullmatch(parts.hostname or "") is not None or bool(ip_address(parts.hostname or "")))
    except ValueError:
        return False


def _is_local(address: str) -> bool:
    return urlsplit(address).hostname in LOCAL


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _under(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
