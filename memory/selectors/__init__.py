"""Reading memory: what the character recalls, and what was heard lately."""

from memory.selectors.lines import HeardLine, recent_lines
from memory.selectors.lore import lore_book
from memory.selectors.recall import RecalledMemory, recall
from memory.selectors.shelves import forget_index, warm_persona

__all__ = [
    "HeardLine",
    "RecalledMemory",
    "forget_index",
    "lore_book",
    "recall",
    "recent_lines",
    "warm_persona",
]
