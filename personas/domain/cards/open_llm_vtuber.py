"""Characters of Open-LLM-VTuber: its `conf.yaml` and `characters/*.yaml`, read as a card.

Owns which files these are, what of them is a character, and that no key comes in. Source: Open-LLM-VTuber,
config_templates/conf.default.yaml (v1.2): `character_config` with `conf_name`, `character_name`, `persona_prompt`,
`agent_config` and `tts_config`; a file of `characters/` holds the same, a part of it only.

YAML is read with a loader that knows plain values alone, and no anchor, alias, tag or merge: nothing in it can grow.
"""

import re
from typing import Any

import yaml

from personas.domain.cards.flaws import CardRefused, Flaw

FILE_MOST = 256 * 1024
DEPTH_MOST = 12
VALUES_MOST = 5_000
OURS = "open_llm_vtuber"
ROOT = "character_config"
TEXTS = (
    "personality", "scenario", "first_mes", "mes_example", "system_prompt", "post_history_instructions", "creator",
    "character_version",
)  # fmt: skip
KEY_NAME = re.compile(r"(?:^|_)(?:key|token|secret|password|passwd|credential|authorization|bearer)s?$", re.IGNORECASE)
KEY_VALUE = re.compile(r"\b(?:sk|pk|ghp|xox[abp]|AIza)[-_A-Za-z0-9]{12,}|\bBearer\s+\S{8,}|(?<=://)[^\s/?#]+(?=@)")
NOT_KEYS = frozenset({"keep_alive"})
UNFIT = re.compile("[\x00\ud800-\udfff]")
LOOKS_SO = re.compile(rb"^\s{0,8}(?:character_config|persona_prompt|system_config|conf_name)\s*:", re.MULTILINE)


class _Plain(yaml.SafeLoader):
    """Plain values only: an alias, an anchor, a tag or a merge key is refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse what refers to something else, before anything is built."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # its stubs leave this one out
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise CardRefused(Flaw.UNSAFE_YAML)
        return super().compose_node(parent, index)


def is_settings(raw: bytes) -> bool:
    """Tell whether a file is meant as settings of Open-LLM-VTuber."""
    return LOOKS_SO.search(raw[:FILE_MOST]) is not None and raw.lstrip()[:1] not in {b"{", b"["}


def read_settings(raw: bytes) -> dict[str, Any]:
    """Return a settings file as a V2 card; what has no field there travels in its extensions, without keys.

    Raises:
        CardRefused: It is too large or too deep, no plain YAML, or holds no character.
    """
    if len(raw) > FILE_MOST:
        raise CardRefused(Flaw.TOO_LARGE)
    root = _parsed(raw)
    character = root.get(ROOT, root) if isinstance(root, dict) else None
    prompt = character.get("persona_prompt") if isinstance(character, dict) else None
    if not isinstance(character, dict) or not isinstance(prompt, str) or not prompt.strip():
        raise CardRefused(Flaw.NO_CHARACTER)
    names = (character.get("character_name"), character.get("conf_name"))
    name = next((one.strip() for one in names if isinstance(one, str) and one.strip()), "")
    if not name:
        raise CardRefused(Flaw.NO_CHARACTER)
    used = {"persona_prompt", "character_name"}
    rest, keys = _without_keys({key: value for key, value in character.items() if key not in used})
    engines = "\n".join(one for one in (_brain(character), _voice(character)) if one)
    data: dict[str, Any] = dict.fromkeys(TEXTS, "") | {"alternate_greetings": [], "tags": ["Open-LLM-VTuber"]}
    data |= {"name": name, "description": KEY_VALUE.sub("…", prompt.strip()), "creator_notes": engines}
    data["extensions"] = {OURS: {"settings": rest, "keys_left_out": keys}}
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": data}


def _parsed(raw: bytes) -> Any:
    """Return the value of a YAML text, its depth and size measured before anything is built of it."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CardRefused(Flaw.NOT_TEXT) from None
    if UNFIT.search(text):
        raise CardRefused(Flaw.NOT_TEXT)
    try:
        _measure(text)
        loader = _Plain(text)
        try:
            node = loader.get_single_node()
            _check_names(node)
            return loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except CardRefused:
        raise
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        raise CardRefused(Flaw.NOT_YAML) from None


def _measure(text: str) -> None:
    depth = values = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        values += isinstance(event, yaml.NodeEvent)
        if depth > DEPTH_MOST:
            raise CardRefused(Flaw.TOO_DEEP)
        if values > VALUES_MOST:
            raise CardRefused(Flaw.TOO_LARGE)


def _check_names(node: Any) -> None:
    """Refuse names that are no text, and one given twice."""
    waiting = [node] if node is not None else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, yaml.MappingNode):
            names = [key.value for key, _value in one.value if isinstance(key, yaml.ScalarNode)]
            if len(names) != len(one.value) or "<<" in names:
                raise CardRefused(Flaw.UNSAFE_YAML)
            if len(set(names)) != len(names):
                raise CardRefused(Flaw.TWICE_NAMED)
            waiting += [value for _key, value in one.value]
        elif isinstance(one, yaml.SequenceNode):
            waiting += one.value


def _without_keys(value: Any) -> tuple[Any, int]:
    """Return a value as JSON without keys and passwords, and how many were left out."""
    if isinstance(value, dict):
        kept, count = {}, 0
        for name, inner in value.items():
            if KEY_NAME.search(str(name)) and str(name) not in NOT_KEYS:
                count += bool(inner)
                continue
            kept[str(name)], more = _without_keys(inner)
            count += more
        return kept, count
    if isinstance(value, list):
        pairs = [_without_keys(inner) for inner in value]
        return [inner for inner, _count in pairs], sum(count for _inner, count in pairs)
    if isinstance(value, str):
        return KEY_VALUE.subn("…", value)
    return value if value is None or isinstance(value, bool | int | float) else str(value), 0


def _brain(character: dict[str, Any]) -> str:
    """Return which model the file names, in a word for people."""
    agent = _under(character, "agent_config")
    choice = _under(agent, "agent_settings", str(agent.get("conversation_agent_choice", "")))
    provider = str(choice.get("llm_provider", ""))
    model = _under(agent, "llm_configs", provider).get("model", "")
    return _plain(f"{provider}: {model}") if provider else ""


def _voice(character: dict[str, Any]) -> str:
    """Return which voice the file names, in a word for people."""
    speech = _under(character, "tts_config")
    engine = str(speech.get("tts_model", ""))
    settings = _under(speech, engine)
    voice = next((settings[name] for name in ("voice", "speaker", "sft_dropdown") if settings.get(name)), "")
    return _plain(f"{engine}: {voice}") if engine else ""


def _plain(text: str) -> str:
    return KEY_VALUE.sub("…", text)[:120].removesuffix(": ")


def _under(value: Any, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
