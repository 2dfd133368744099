"""Modes: each has an effect one can see, in words and in sampling."""

from dataclasses import replace

import pytest

from personas.domain.modes import Modes, SamplingOverrides, effects, rules, sampling

USUAL = Modes()
CHANGES = [
    replace(USUAL, stream_mode=False),
    replace(USUAL, spicy_mode=True),
    replace(USUAL, consistency=0.1),
    replace(USUAL, creativity=0.1),
    replace(USUAL, adaptability=0.9),
]


@pytest.mark.parametrize("modes", CHANGES)
def test_each_mode_changes_the_words_and_the_sampling(modes: Modes) -> None:
    changed = [new for new, old in zip(rules(modes), rules(USUAL), strict=True) if new != old]

    assert len(changed) == 1
    assert sampling(modes) != sampling(USUAL)


def test_spicy_mode_is_off_by_default() -> None:
    assert not USUAL.spicy_mode
    assert any("no swearing" in rule for rule in rules(USUAL))


@pytest.mark.parametrize("creativity", [-1.0, 0.0, 0.5, 1.0, 7.0])
@pytest.mark.parametrize("consistency", [-1.0, 0.0, 1.0, 7.0])
def test_sampling_stays_within_what_engines_take(creativity: float, consistency: float) -> None:
    drawn = sampling(Modes(creativity=creativity, consistency=consistency, spicy_mode=True))

    assert 0.2 <= drawn.temperature <= 1.4
    assert 0.0 < drawn.top_p <= 1.0
    assert drawn.max_tokens > 0


def test_what_is_set_by_hand_wins() -> None:
    drawn = sampling(USUAL, SamplingOverrides(temperature=0.0, top_p=0.5, max_tokens=20, stop=("\n",)))

    assert (drawn.temperature, drawn.top_p, drawn.max_tokens, drawn.stop) == (0.0, 0.5, 20, ("\n",))


def test_the_brain_has_the_last_word_on_the_length_and_the_engine_on_the_stops() -> None:
    wanted = SamplingOverrides(max_tokens=400, most_tokens=90, stop=tuple("abcdef"), presence_penalty=0.5)

    drawn = sampling(USUAL, wanted)

    assert (drawn.max_tokens, len(drawn.stop), drawn.presence_penalty) == (90, 4, 0.5)
    assert sampling(USUAL, SamplingOverrides(most_tokens=900)).max_tokens == sampling(USUAL).max_tokens


@pytest.mark.parametrize("modes", [USUAL, *CHANGES])
def test_the_effects_of_the_modes_add_up_to_the_sampling(modes: Modes) -> None:
    shown = effects(modes)

    assert tuple(effect.rule for effect in shown) == rules(modes)
    assert sampling(modes).temperature == round(0.7 + sum(one.knobs.get("temperature", 0) for one in shown), 3)
    assert [effect.mode for effect in shown] == list(Modes.__slots__)
