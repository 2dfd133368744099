"""Consolidation from end to end: claim a window, have it thought over, apply it, and again until all is read.

Owns the order of the steps; each is one call of `memory.services.consolidation`. A process that dies between two of
them loses nothing: the next one finds the run where it was left.
"""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from memory.domain.proposals import SaidLine
from memory.models import MemorySource
from memory.services import consolidation
from memory.services.consolidation import Window
from relationships.selectors import has_opted_out
from streams.domain.plan import BrainSpec, StreamConfig
from streams.selectors.config import load_config
from streams.services.usage import is_over_budget, record_tokens
from vtcontrol.kernel.ports import LanguageModel
from workers.mind.thinking import Thought, by_rules, think_over
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint, Patience

WINDOWS_MOST = 50
PATIENCE = Patience(connect_s=5.0, first_s=60.0, silence_s=30.0, total_s=120.0)
"""Nobody waits for this answer on air."""

Think = Callable[[Sequence[SaidLine], StreamConfig], Thought]


def think(lines: Sequence[SaidLine], config: StreamConfig) -> Thought:
    """Have lines thought over by a stream's brains, on a loop of its own; by the rules when the budget is used up."""
    if not config.brains or is_over_budget(config, timezone.now()):
        return by_rules(lines, config.language)

    async def whole() -> Thought:
        clients = OpenAIClients()
        try:
            return await think_over(lines, [_model(clients, brain) for brain in config.brains], config.language)
        finally:
            await clients.aclose()

    return asyncio.run(whole())


def _model(clients: OpenAIClients, brain: BrainSpec) -> LanguageModel:
    endpoint = OpenAIEndpoint(brain.base_url, brain.key, allow_private=settings.ALLOW_PRIVATE_URLS)
    return OpenAIChat(clients, endpoint, brain.model, name=brain.name, patience=PATIENCE)


def consolidate_stream(persona_id: UUID, stream_id: UUID, kind: str, *, think: Think = think) -> int:
    """Consolidate everything that was said on a stream and is not yet; return how many windows were applied.

    Args:
        persona_id: Whose memory it is for.
        stream_id: Where it was said.
        kind: What set it off (`memory.models.RunKind` value).
        think: How a window is thought over.
    """
    applied = 0
    config = load_config(stream_id)
    for _ in range(WINDOWS_MOST):
        window = consolidation.claim_window(persona_id, stream_id, kind)
        if window is None:
            break
        if not window.is_answered:
            _answer(window, config, think)
        applied += consolidation.apply_run(window.run_id, lambda viewer_id: not has_opted_out(viewer_id))
    return applied


def _answer(window: Window, config: StreamConfig, think: Think) -> None:
    thought = think(window.lines, config)
    _pay(config, thought)
    consolidation.store_answer(
        window.run_id,
        thought.proposals,
        engine=thought.engine,
        source=MemorySource.RULES if thought.is_by_rules else MemorySource.LLM,
        note=thought.note,
    )


def _pay(config: StreamConfig, thought: Thought) -> None:
    for name, tokens in thought.tokens:
        record_tokens(config, name, tokens, timezone.now())
