"""The admin of characters. Each module registers what it shows."""

from personas.admin import avatars, engines, parts, persona, revisions, scenarios

__all__ = ["avatars", "engines", "parts", "persona", "revisions", "scenarios"]
