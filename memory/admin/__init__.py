"""The admin of memory: what characters remember and know, what was said, and what consolidation did."""

from memory.admin import engines, lore, records

__all__ = ["engines", "lore", "records"]
