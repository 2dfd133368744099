"""How a character is tuned: each mode says something to the model and turns a knob of its sampling.

Owns the modes, the rules they put into the prompt and the sampling they ask for. It must not know where they are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

STOPS_MOST = 4
"""More sequences are taken by no engine behind the OpenAI API."""


@dataclass(frozen=True, slots=True)
class Modes:
    """The tuning of a persona.

    Attributes:
        stream_mode: On air: short, spoken lines to an audience. Off: a conversation with room for longer answers.
        spicy_mode: Sharp humour and mild swearing are allowed; off by default.
        consistency: How strictly it stays in character, 0 to 1.
        creativity: How far it may stray from the obvious, 0 to 1.
        adaptability: How much it takes over the feelings of whom it talks to, 0 to 1.
    """

    stream_mode: bool = True
    spicy_mode: bool = False
    consistency: float = 0.7
    creativity: float = 0.6
    adaptability: float = 0.5


@dataclass(frozen=True, slots=True)
class SamplingOverrides:
    """What the community manager set by hand; None leaves it to the modes.

    Attributes:
        temperature: 0.0 to 2.0.
        top_p: 0.0 to 1.0.
        max_tokens: Most tokens of the answer.
        stop: Sequences that end the answer, at most `STOPS_MOST`.
        frequency_penalty: -2.0 to 2.0: against repeating a word.
        presence_penalty: -2.0 to 2.0: against coming back to a word at all.
        most_tokens: What the brain allows at most, whoever asks for more.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    most_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the model draws its words; the fields of `vtcontrol.kernel.chat.ChatRequest` of the same names."""

    temperature: float
    top_p: float
    max_tokens: int
    stop: tuple[str, ...] = ()
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What one mode does.

    Attributes:
        mode: Its field in `Modes`.
        rule: What it tells the model.
        knobs: What it does to the sampling, by the name of the field: by how much it moves it, or what it sets it to.
    """

    mode: str
    rule: str
    knobs: Mapping[str, float]


def effects(modes: Modes) -> tuple[Effect, ...]:
    """Return what each mode does; `sampling` is their sum, `rules` their words."""
    knobs: tuple[Mapping[str, float], ...] = (
        {"max_tokens": ON_AIR_TOKENS if modes.stream_mode else IN_PRIVATE_TOKENS},
        {"temperature": 0.05 if modes.spicy_mode else 0.0},
        {"temperature": -0.3 * _unit(modes.consistency)},
        {"temperature": 0.6 * _unit(modes.creativity)},
        {"top_p": 0.85 + 0.12 * _unit(modes.adaptability)},
    )
    names = ("stream_mode", "spicy_mode", "consistency", "creativity", "adaptability")
    return tuple(Effect(*one) for one in zip(names, rules(modes), knobs, strict=True))


def sampling(modes: Modes, overrides: SamplingOverrides | None = None) -> Sampling:
    """Return the sampling the modes ask for, with what was set by hand on top.

    Creativity raises the temperature (0.55 to 1.15 at medium consistency), consistency lowers it by up to 0.3, spicy
    mode adds 0.05; adaptability widens `top_p` (0.85 to 0.97); stream mode shortens the answer.
    """
    overrides = overrides or SamplingOverrides()
    knobs = [effect.knobs for effect in effects(modes)]
    temperature = USUAL_TEMPERATURE + sum(knob.get("temperature", 0.0) for knob in knobs)
    top_p = sum(knob.get("top_p", 0.0) for knob in knobs)
    max_tokens = sum(int(knob.get("max_tokens", 0)) for knob in knobs)
    wanted = max_tokens if overrides.max_tokens is None else overrides.max_tokens
    return Sampling(
        temperature=round(temperature, 3) if overrides.temperature is None else overrides.temperature,
        top_p=round(top_p, 3) if overrides.top_p is None else overrides.top_p,
        max_tokens=wanted if overrides.most_tokens is None else min(wanted, overrides.most_tokens),
        stop=overrides.stop[:STOPS_MOST],
        frequency_penalty=overrides.frequency_penalty,
        presence_penalty=overrides.presence_penalty,
    )


def rules(modes: Modes) -> tuple[str, ...]:
    """Return what the modes tell the model, one sentence or two for each of the five."""
    return (
        _ON_AIR if modes.stream_mode else _IN_PRIVATE,
        _SPICY if modes.spicy_mode else _FAMILY_FRIENDLY,
        _CONSISTENCY[_band(modes.consistency)],
        _CREATIVITY[_band(modes.creativity)],
        _ADAPTABILITY[_band(modes.adaptability)],
    )


USUAL_TEMPERATURE, ON_AIR_TOKENS, IN_PRIVATE_TOKENS = 0.7, 160, 480

_ON_AIR = "You are live on stream: say one to three short spoken sentences, and address people by name."
_IN_PRIVATE = "You are off air, in a conversation: you may take your time, up to a short paragraph."
_FAMILY_FRIENDLY = "Keep it fit for all ages: no swearing and nothing sexual; soften or wave off what others say."
_SPICY = (
    "You may be cheeky: teasing, sharp irony and a mild swear word are fine. Never slurs, never cruelty, nothing "
    "sexual, and the platform's rules still hold."
)
_CONSISTENCY = (
    "Your character is loose: play with roles and tones when it is fun.",
    "Stay in character; a small step out of it for a joke is fine.",
    "Stay strictly in character, in opinions, taste and way of speaking; never contradict what you said before.",
)
_CREATIVITY = (
    "Prefer the plain and expected answer; do not invent.",
    "Add a fresh turn of phrase now and then.",
    "Surprise: unusual comparisons, sudden ideas, inventions about yourself, never about facts or other people.",
)
_ADAPTABILITY = (
    "Keep your own mood, whatever the mood of others is.",
    "Let the mood of others colour yours a little.",
    "Pick up how others feel and answer in kind: cheer with the happy, be gentle with the sad, calm the angry.",
)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _band(value: float) -> int:
    """Return 0 for low, 1 for medium, 2 for high."""
    return min(2, int(_unit(value) * 3))
