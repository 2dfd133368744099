"""Nothing is voiced, shown or said of which the rules say no: however an answer comes in pieces, whoever thought it."""

import random
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.moderation import RuleSet
from streams.domain.plan import StreamConfig
from streams.domain.rules import Action, Rule, RuleKind
from streams.models import Stream
from tests.fakes.brains import FakeBrain
from tests.fakes.clocks import run_in_virtual_time
from tests.fakes.voices import FakeVoice
from tests.live.scenes import config_of
from vtcontrol.kernel.chat import Brief, ChatMessage, ChatRequest, Role
from vtcontrol.kernel.events import EventKind
from vtcontrol.kernel.ids import uuid7
from vtcontrol.kernel.ports import LanguageModel
from vtcontrol.tenancy.studios import Studio
from workers.providers.scripted import ScriptedBrain
from workers.providers.verbatim import VerbatimBrain
from workers.runner.gate import gate_for
from workers.turn.events import ClauseGate, SegmentReady, TurnPlan
from workers.turn.pipeline import perform
from workers.turn.voicing import Voice

PHRASE = ("go", "away", "from", "here")
RUSSIAN_PHRASE = ("уходи", "отсюда", "прочь")
FILLER = ("well", "so", "my", "friend", "it", "is", "late", "ну", "что", "же", "сова")
SEAMS = (" ", ", ", "! ", ". ", "... ", " — ", "\n", "; ", " [joy] ", "? ")


def rules(action: Action) -> RuleSet:
    phrases = (" ".join(PHRASE), " ".join(RUSSIAN_PHRASE))
    return RuleSet([Rule("phrase", RuleKind.WORDS, phrases, action=action, replacement="…")])


def spoken(brain: LanguageModel, gate: ClauseGate, request: ChatRequest) -> list[SegmentReady]:
    """What the pipeline lets out to be shown and voiced."""
    found: list[SegmentReady] = []

    async def listen() -> None:
        voices = [Voice(FakeVoice(first_s=0.0, ms_per_char=0), "alto")]
        async with aclosing(perform(TurnPlan(uuid7(), request), [brain], voices, gate=gate)) as events:
            found.extend([event async for event in events if isinstance(event, SegmentReady)])

    run_in_virtual_time(listen)
    return found


def letters(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.casefold()).split()


def holds(text: str, phrase: Sequence[str]) -> bool:
    said = letters(text)
    return any(said[at : at + len(phrase)] == list(phrase) for at in range(len(said)))


answers = st.tuples(
    st.lists(st.sampled_from(FILLER), max_size=30),
    st.sampled_from([PHRASE, RUSSIAN_PHRASE]),
    st.lists(st.sampled_from(FILLER), max_size=6),
)


@pytest.fixture
def config(in_studio: Studio, stream: Stream) -> StreamConfig:
    return config_of(stream)


@pytest.mark.django_db
@pytest.mark.parametrize("action", [Action.DROP, Action.STOP, Action.REPLACE])
def test_a_phrase_is_caught_however_the_answer_is_cut(config: StreamConfig, action: Action) -> None:
    gate = gate_for(replace(config, rules=rules(action)))

    @settings(max_examples=25, deadline=None)
    @given(answers, st.data())
    def is_caught(answer: tuple[list[str], tuple[str, ...], list[str]], data: st.DataObject) -> None:
        before, phrase, after = answer
        text = "".join(word + data.draw(st.sampled_from(SEAMS)) for word in (*before, *phrase, *after))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True) if start < end]

        out = spoken(FakeBrain(*pieces), gate, ChatRequest((ChatMessage(Role.USER, "hi"),)))

        shown = " ".join(segment.text for segment in out)
        voiced = " ".join(segment.voiced_text or "" for segment in out)
        assert not holds(shown, phrase)
        assert not holds(voiced, phrase)

    is_caught()


@pytest.mark.django_db
def test_without_the_window_the_phrase_would_get_through(config: StreamConfig) -> None:
    gate = gate_for(replace(config, rules=rules(Action.DROP)))
    text = "I told you so many times to go. Away! From here, my friend."

    out = spoken(FakeBrain(text), lambda _tail, clause: gate("", clause), ChatRequest(()))

    assert holds(" ".join(segment.text for segment in out), PHRASE)


@pytest.mark.django_db
def test_names_and_reactions_the_scripted_brain_says_pass_the_rules_too(config: StreamConfig) -> None:
    gate = gate_for(replace(config, rules=RuleSet([Rule("w", RuleKind.WORDS, ("badger",))])))
    brief = Brief(
        character="Mira", viewer="Badger", kind=EventKind.FOLLOW.value, language="en",
        reaction="Welcome, {name}! So good to have {name} here.",
    )  # fmt: skip

    for seed in range(20):
        out = spoken(ScriptedBrain(random.Random(seed)), gate, ChatRequest((), brief=brief))
        assert "badger" not in " ".join(f"{segment.text} {segment.voiced_text}" for segment in out).casefold()


@pytest.mark.django_db
def test_the_directors_words_pass_the_rules_too(config: StreamConfig) -> None:
    gate = gate_for(replace(config, rules=RuleSet([Rule("w", RuleKind.WORDS, ("badger",))])))
    request = ChatRequest((ChatMessage(Role.ASSISTANT, "Good evening everybody. You are all badgers to me."),))

    out = spoken(VerbatimBrain(), gate, request)

    assert "badger" not in " ".join(segment.text for segment in out)
