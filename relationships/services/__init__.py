"""Writing the audience: who is who on the platforms, what each event does to a bond, and what people may refuse."""

from relationships.services.bonds import record_breach, record_interaction
from relationships.services.recognition import Author, KnownViewer, recognise

__all__ = ["Author", "KnownViewer", "recognise", "record_breach", "record_interaction"]
