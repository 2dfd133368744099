"""The admin of memory: what characters remember and know, what was said, and what consolidation did."""

from memory.admin import lore, records

__all__ = ["lore", "records"]
