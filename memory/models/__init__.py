"""What was said (evidence), what is remembered and known, how it came to be, and which engine embeds it.

Streams and viewers stand on other floors; rows here name them by id only.
"""

from memory.models.engines import EmbeddingEngine, EmbeddingKind, MemoryVector
from memory.models.evidence import Speaker, Utterance
from memory.models.journal import (
    ConsolidationCursor,
    ConsolidationEntry,
    ConsolidationRun,
    EntryAction,
    RunKind,
    RunState,
)
from memory.models.lore import Lore, LoreLogic, LorePlace, LoreRole
from memory.models.memories import (
    Doubt,
    Memory,
    MemoryEvidence,
    MemoryKind,
    MemorySource,
    MemoryTier,
    Review,
)
from memory.models.seeds import SeedMark

__all__ = [
    "ConsolidationCursor",
    "ConsolidationEntry",
    "ConsolidationRun",
    "Doubt",
    "EmbeddingEngine",
    "EmbeddingKind",
    "EntryAction",
    "Lore",
    "LoreLogic",
    "LorePlace",
    "LoreRole",
    "Memory",
    "MemoryEvidence",
    "MemoryKind",
    "MemorySource",
    "MemoryTier",
    "MemoryVector",
    "Review",
    "RunKind",
    "RunState",
    "SeedMark",
    "Speaker",
    "Utterance",
]
