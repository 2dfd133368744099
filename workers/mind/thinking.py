"""Who thinks over what was said: the persona's language models in their order, the rules when none of them can.

Owns the asking. It reads nothing and writes nothing: lines come in, proposals go out.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from memory.domain.extraction import AnswerUnusable, read_answer, request_for
from memory.domain.noticing import notice
from memory.domain.proposals import Proposal, SaidLine
from vtcontrol.kernel.chat import ChatMessage, ChatRequest, ChatUsage, Role, TextDelta
from vtcontrol.kernel.errors import ProviderFailed
from vtcontrol.kernel.ports import LanguageModel

logger = logging.getLogger(__name__)

ANSWER_TOKENS = 1500
ANSWER_LONGEST = 40_000
RULES = "rules"


@dataclass(frozen=True, slots=True)
class Thought:
    """What came of thinking a window over.

    Attributes:
        proposals: What might be remembered.
        engine: Name of the model, or "rules".
        tokens: What it cost, by name of the model.
        note: Why a model did not answer, or "".
    """

    proposals: tuple[Proposal, ...]
    engine: str
    tokens: tuple[tuple[str, int], ...] = ()
    note: str = ""

    @property
    def is_by_rules(self) -> bool:
        """Whether no model had a part in it."""
        return self.engine == RULES


def by_rules(lines: Sequence[SaidLine], language: str, note: str = "") -> Thought:
    """Return what the rules notice in a window."""
    found = tuple(proposal for line in lines for proposal in notice(line, language))
    return Thought(found, RULES, note=note)


async def think_over(lines: Sequence[SaidLine], models: Sequence[LanguageModel], language: str) -> Thought:
    """Ask the models, first choice first, what is worth remembering; the rules stand behind the last.

    Args:
        lines: What was said, oldest first. Nothing else reaches the model.
        models: Language models that really are some; the scripted brain is none.
        language: BCP 47 tag of the stream, for the rules.
    """
    spent: list[tuple[str, int]] = []
    note = ""
    for model in models:
        try:
            answer, tokens = await _ask(model, lines)
            spent.append((model.name, tokens))
            return Thought(tuple(read_answer(answer, lines)), model.name, tuple(spent), note)
        except (ProviderFailed, AnswerUnusable) as error:
            fault = error.fault.value if isinstance(error, ProviderFailed) else "garbage"
            note = f"{model.name}: {fault}"
            logger.info("a model could not think lines over", extra={"provider": model.name, "fault": fault})
    rules = by_rules(lines, language, note)
    return Thought(rules.proposals, RULES, tuple(spent), note)


async def _ask(model: LanguageModel, lines: Sequence[SaidLine]) -> tuple[str, int]:
    """Return a model's answer and how many tokens it took."""
    system, user = request_for(lines)
    messages = (ChatMessage(Role.SYSTEM, system), ChatMessage(Role.USER, user))
    request = ChatRequest(messages, max_tokens=ANSWER_TOKENS, temperature=0.0, seed=7)
    text, tokens = "", 0
    async with aclosing(model.stream(request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                text += event.text
            elif isinstance(event, ChatUsage):
                tokens = event.prompt_tokens + event.completion_tokens
            if len(text) > ANSWER_LONGEST:
                break
    return text, tokens
