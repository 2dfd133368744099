"""The prompt of a turn: frozen inputs in, messages inside a token budget out.

Owns what is kept and what is left out, and the report of it. Pure: no clock, no chance, no I/O, so the same inputs give
the same prompt, and a stored prompt explains itself. The wording is `personas.domain.sections`, the fence around
foreign words `personas.domain.quoting`.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from personas.domain.inputs import (
    EventText,
    Expression,
    LorePiece,
    MemoryText,
    PersonaText,
    PromptInputs,
    TranscriptLine,
    Vocabulary,
)
from personas.domain.modes import Modes, Sampling, SamplingOverrides, sampling
from personas.domain.quoting import MAX_NAME_LENGTH, plain
from personas.domain.sections import PRIORITIES, REQUIRED, Item, Section, SectionName, sections
from personas.domain.tokens import ESTIMATE, TokenCounter, clip
from vtcontrol.kernel.chat import Brief, ChatMessage, Output, Role

__all__ = [
    "EventText",
    "Expression",
    "LorePiece",
    "MemoryText",
    "Modes",
    "PersonaText",
    "Prompt",
    "PromptInputs",
    "SamplingOverrides",
    "SectionReport",
    "TranscriptLine",
    "Vocabulary",
    "build",
]

MESSAGE_OVERHEAD = 4
"""Tokens a message takes beside its text (OpenAI's chat format)."""
EVENT_FLOOR = 48
"""A long event is cut down to so many tokens before the budget is given up."""
RECENT_REPLIES = 5


@dataclass(frozen=True, slots=True)
class SectionReport:
    """What became of a section.

    Attributes:
        name: Which section.
        priority: How dear it was; `sections.REQUIRED` is never left out.
        tokens: What the kept part takes.
        kept: Anything of it is in the prompt.
        dropped_items: How many of its items were left out.
    """

    name: SectionName
    priority: int
    tokens: int
    kept: bool
    dropped_items: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, and how it came about.

    Attributes:
        messages: Ready for `vtcontrol.kernel.chat.ChatRequest`; operator's words come last.
        sections: One report a section that had something to say, in the order of the prompt.
        tokens_total: Tokens of all messages with their overhead.
        budget_tokens: What they were allowed.
        sampling: How the model is to draw its words.
        brief: The same inputs, for a brain that is no language model.
        output: The form the answer was asked for in.
        counted_by: Whose tokens these are (`TokenCounter.name`); "" where nothing was counted.
    """

    messages: tuple[ChatMessage, ...]
    sections: tuple[SectionReport, ...]
    tokens_total: int
    budget_tokens: int
    sampling: Sampling
    brief: Brief
    output: Output = Output.TAGS
    counted_by: str = ""

    @property
    def is_over_budget(self) -> bool:
        """Whether what must never be left out is too long by itself; the persona's text has to be shortened."""
        return self.tokens_total > self.budget_tokens


def build(inputs: PromptInputs, counter: TokenCounter = ESTIMATE) -> Prompt:
    """Make the prompt of a turn.

    The least dear items are left out first (of the transcript the oldest, of memories the least fitting, of anything
    else the last) until the rest fits. Identity, the rule about data, the form of the answer and the event always stay;
    a long event is cut. Should even these be too long, the prompt is over its budget and says so.

    Args:
        inputs: Everything the prompt is made from.
        counter: How tokens are counted.

    Returns:
        The messages, with a report of what was kept.
    """
    prompt = _compose(inputs, counter)
    shortened = inputs.event
    while prompt.is_over_budget and counter.count(shortened.text) > EVENT_FLOOR:
        surplus = prompt.tokens_total - prompt.budget_tokens
        limit = max(EVENT_FLOOR, counter.count(shortened.text) - surplus - 1)
        shortened = replace(shortened, text=clip(shortened.text, limit, counter))
        prompt = _compose(replace(inputs, event=shortened), counter)
    return replace(prompt, brief=_brief(inputs))


class _Draft:
    """The sections while they are being fitted: which items each has lost."""

    def __init__(self, parts: Sequence[Section], counter: TokenCounter) -> None:
        self._parts = parts
        self._counter = counter
        self._dropped: list[set[int]] = [set() for _ in parts]
        self._loose: list[tuple[int, int, int, int]] | None = None

    def drop(self, surplus: int) -> bool:
        """Leave out the least dear items, about `surplus` tokens of them; return whether there were any."""
        if surplus <= 0:
            return False
        if self._loose is None:
            self._loose = self._dearest_first()
        before = surplus
        while surplus > 0 and self._loose:
            _, place, _, item = self._loose.pop()
            part = self._parts[place]
            self._dropped[place].add(item)
            surplus -= max(1, self._counter.count(part.items[item].text + "\n"))
            if len(self._dropped[place]) == len(part.items):
                surplus -= self._counter.count(part.head)
        return surplus < before

    def _dearest_first(self) -> list[tuple[int, int, int, int]]:
        """Return what may be left out, the last to go first: priority, section, rank in it, place in it."""
        return sorted(
            (
                (part.items[item].priority, place, rank, item)
                for place, part in enumerate(self._parts)
                for rank, item in enumerate(part.looseness)
                if part.items[item].priority < REQUIRED
            ),
            reverse=True,
        )

    def kept(self) -> list[Section]:
        """Return what is left, in the order of the prompt."""
        return [left for place in range(len(self._parts)) if (left := self._left(place)).items]

    def reports(self) -> tuple[SectionReport, ...]:
        """Return what became of each section."""
        return tuple(
            SectionReport(
                name=left.name,
                priority=PRIORITIES[left.name],
                tokens=self._counter.count(_text(left)) if left.items else 0,
                kept=bool(left.items),
                dropped_items=len(self._dropped[place]),
            )
            for place in range(len(self._parts))
            for left in [self._left(place)]
        )

    def _left(self, place: int) -> Section:
        part, dropped = self._parts[place], self._dropped[place]
        if not dropped:
            return part
        return replace(part, items=tuple(item for at, item in enumerate(part.items) if at not in dropped))


def _compose(inputs: PromptInputs, counter: TokenCounter) -> Prompt:
    """Make the prompt of these very inputs, leaving out what may be left out."""
    draft = _Draft(sections(inputs), counter)
    while True:
        messages = _messages(draft.kept())
        total = sum(counter.count(message.content) + MESSAGE_OVERHEAD for message in messages)
        if not draft.drop(total - inputs.budget_tokens):
            break
    return Prompt(
        messages=messages,
        sections=draft.reports(),
        tokens_total=total,
        budget_tokens=inputs.budget_tokens,
        sampling=sampling(inputs.modes, inputs.overrides),
        brief=Brief(),
        output=inputs.output,
        counted_by=counter.name,
    )


def _messages(parts: Sequence[Section]) -> tuple[ChatMessage, ...]:
    """Lay the sections out: what is trusted, what was said, what is answered, and the operator's words last."""
    spoken = {SectionName.TRANSCRIPT, SectionName.EVENT, SectionName.LORE_DEPTH}
    closing = {SectionName.REACTION, SectionName.NOTES}
    lines = [
        (Role.SYSTEM, "\n\n".join(_text(part) for part in parts if part.name not in spoken | closing)),
        *_woven(parts),
        (Role.SYSTEM, "\n\n".join(_text(part) for part in parts if part.name in closing)),
    ]
    return tuple(
        ChatMessage(role, "\n".join(text for _, text in run))
        for role, run in itertools.groupby(((role, text) for role, text in lines if text), key=itemgetter(0))
    )


def _woven(parts: Sequence[Section]) -> Sequence[tuple[Role, str]]:
    """Return what was said and what is answered, with the lore that stands among the lines."""
    said = [(Role.ASSISTANT if item.is_own else Role.USER, item.text) for item in _items(parts, SectionName.TRANSCRIPT)]
    said += [(Role.USER, _text(part)) for part in parts if part.name is SectionName.EVENT]
    inserted: dict[int, list[tuple[Role, str]]] = {}
    for item in _items(parts, SectionName.LORE_DEPTH):
        inserted.setdefault(max(0, len(said) - item.depth), []).append((item.role, item.text))
    return [line for place in range(len(said) + 1) for line in (*inserted.get(place, ()), *said[place : place + 1])]


def _items(parts: Sequence[Section], name: SectionName) -> Sequence[Item]:
    return [item for part in parts if part.name is name for item in part.items]


def _text(part: Section) -> str:
    return "\n".join(text for text in (part.head, *(item.text for item in part.items), part.foot) if text)


def _brief(inputs: PromptInputs) -> Brief:
    """Return the inputs in plain words, for a brain that needs no prompt."""
    vocabulary, event = inputs.vocabulary, inputs.event
    memories = sorted(inputs.memories, key=lambda memory: (-memory.score, memory.id))
    own = [line.text for line in inputs.transcript if line.is_self][-RECENT_REPLIES:]
    return Brief(
        character=inputs.persona.name,
        viewer=plain(event.name, MAX_NAME_LENGTH),
        kind=event.kind.value,
        text=event.text,
        language=inputs.persona.languages[0] if inputs.persona.languages else "en",
        phrases=dict(inputs.persona.phrases),
        memories=tuple(plain(memory.text) for memory in memories),
        facts=tuple(plain(fact) for fact in inputs.viewer_facts),
        emotions=tuple(emotion.name for emotion in vocabulary.emotions),
        motions=tuple(motion.name for motion in vocabulary.motions),
        reaction=inputs.reaction,
        amount=plain(event.amount, MAX_NAME_LENGTH),
        recent_replies=tuple(map(plain, own)),
    )
