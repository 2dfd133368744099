"""The admin of the audience: viewers and what binds them to characters."""

from relationships.admin import bonds, viewers

__all__ = ["bonds", "viewers"]
