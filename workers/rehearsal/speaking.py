"""One answer of a rehearsal: the live pipeline's text half, with the real brains, tags and moderation, and no voice.

Owns the asking. It writes nothing, sends nothing, and remembers nothing.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from personas.domain.prompt import Prompt
from streams.domain.plan import StreamConfig
from vtcontrol.kernel.chat import ChatEvent, ChatRequest, TextDelta
from vtcontrol.kernel.ids import uuid7
from vtcontrol.kernel.ports import LanguageModel
from workers.runner.checking import check_rehearsed
from workers.runner.engines import Chains
from workers.runner.gate import gate_for
from workers.runner.performance import plan_for, vocabulary
from workers.turn.events import SegmentReady, TurnDone, TurnStats
from workers.turn.pipeline import perform
from workers.turn.tags import LONGEST_TAG, TagParser
from workers.turn.vocabulary import Vocabulary

RAW_LONGEST = 8_000
_BRACKETED = re.compile(rf"[\[【]([^\[\]【】\n]{{1,{LONGEST_TAG}}})[\]】]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of asking.

    Attributes:
        text: What would be spoken and shown.
        emotions: The feelings it was said with, each change once.
        unknown_tags: Tags it used and does not have.
        stats: The pipeline's figures.
        prompt_tokens: Tokens of the prompt; estimated where the brain does not say, 0 for one that costs nothing.
        completion_tokens: Tokens of the answer, likewise.
        cost_micros: Millionths of the currency.
    """

    text: str
    emotions: tuple[str, ...]
    unknown_tags: tuple[str, ...]
    stats: TurnStats
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int


async def speak(
    config: StreamConfig,
    chains: Chains,
    prompt: Prompt,
    *,
    question: str = "",
    never: Sequence[str] = (),
    seed: int | None = None,
) -> Spoken:
    """Ask the brains of the chain, first choice first, and return what would be spoken.

    Args:
        config: The stream's configuration with the character as it is tried.
        chains: Its brains and its moderation model; the voices are left alone.
        prompt: What is asked.
        question: What is answered, with its writer's name, for the moderation model.
        never: What is never to be mentioned in this answer.
        seed: For engines that sample reproducibly.
    """
    brains = [_Overheard(brain) for brain in chains.brains]
    words = vocabulary(config)
    segments: list[SegmentReady] = []
    stats: TurnStats | None = None
    plan, check = plan_for(uuid7(), prompt, config, seed=seed), check_rehearsed(config, question, chains.moderator)
    turn = perform(plan, brains, (), gate=gate_for(config, never), check=check)
    async with aclosing(turn) as events:
        async for event in events:
            if isinstance(event, SegmentReady):
                segments.append(event)
            elif isinstance(event, TurnDone):
                stats = event.stats
    assert stats is not None  # noqa: S101 - the pipeline's last event is always `TurnDone`
    is_metered = chains.is_metered(stats.brain)
    raw = next((brain.said for brain in reversed(brains) if brain.said), "")
    return Spoken(
        text=" ".join(segment.text for segment in segments if segment.text),
        emotions=_changes(segment.emotion for segment in segments if segment.text),
        unknown_tags=_unknown(raw, words) if stats.unknown_tags else (),
        stats=stats,
        prompt_tokens=stats.usage.prompt_tokens or (prompt.tokens_total if is_metered else 0),
        completion_tokens=stats.usage.completion_tokens or (stats.deltas if is_metered else 0),
        cost_micros=chains.cost_micros(stats),
    )


class _Overheard:
    """A brain, and what it said word for word, tags and all."""

    def __init__(self, brain: LanguageModel) -> None:
        self._brain = brain
        self.name = brain.name
        self.capabilities = brain.capabilities
        self.said = ""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Pass the answer on."""
        async with aclosing(self._brain.stream(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta) and len(self.said) < RAW_LONGEST:
                    self.said += event.text
                yield event

    async def warm(self) -> None:
        """Warm the brain."""
        await self._brain.warm()

    async def aclose(self) -> None:
        """Leave the brain to its owner."""


def _changes(emotions: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for one in emotions:
        if not found or found[-1] != one:
            found.append(one)
    return tuple(found)


def _unknown(raw: str, words: Vocabulary) -> tuple[str, ...]:
    """Return the bracketed words that are no tags of the character; "…" for what cannot be told apart any more."""
    found = []
    for one in _BRACKETED.findall(raw):
        parser = TagParser(words)
        parser.feed(f"[{one}]")
        if parser.unknown:
            found.append(one.strip())
    return tuple(found) or ("…",)
