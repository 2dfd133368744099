"""The admin of the audience: viewers and what binds them to characters."""

from relationships.admin import bonds, privacy, viewers

__all__ = ["bonds", "privacy", "viewers"]
