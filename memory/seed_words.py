"""Loads of seed files in words: what became of an entry, and what is wrong, by line."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from memory.services.seeds import Did

DID_WORDS = {
    Did.ADDED: gettext_lazy("added"),
    Did.CHANGED: gettext_lazy("changed"),
    Did.UNCHANGED: gettext_lazy("as it was"),
    Did.EDITED: gettext_lazy("changed by people since: left alone"),
    Did.DELETED: gettext_lazy("deleted by people: stays away"),
    Did.KNOWN: gettext_lazy("there already, in the same words: left alone"),
}


def error_lines(errors: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield each mistake as a sentence with its line, its entry and its field."""
    for error in errors:
        place = _("Line %(line)d") % {"line": error["line"]} if error["line"] else _("File")
        entry = " ".join(part for part in (error["part"], error["key"]) if part)
        for name, sentences in error["errors"].items():
            words = ": ".join(part for part in (place, entry, name) if part)
            yield f"{words}: {' '.join(sentences)}"
