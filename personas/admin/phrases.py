"""The editor of scripted phrases: one text area a topic, one phrase a line, in place of JSON."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from personas.domain.shapes import lines_of, phrase_problem
from vtcontrol.tenancy.admin_forms import LongText

TOPICS = {
    "greeting": _("Greetings"),
    "farewell": _("Farewells"),
    "question": _("Answers to questions"),
    "thanks": _("Thanks"),
    "compliment": _("To compliments"),
    "chatter": _("Small talk"),
}
TOPICS_MOST = 40
_HEADING = re.compile(r"^\[([\w -]{1,40})\]$")


def written(lines: Any) -> str:
    """Return phrases as text, one a line."""
    return "\n".join(str(line) for line in lines) if isinstance(lines, list) else ""


def written_topics(phrases: dict[str, Any]) -> str:
    """Return topics as text: each begins with its name in brackets."""
    return "\n\n".join(f"[{topic}]\n{written(lines)}" for topic, lines in phrases.items())


def read_topics(text: str) -> dict[str, list[str]]:
    """Return topics from text.

    Raises:
        ValidationError: A phrase stands above the first topic.
    """
    topics: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in lines_of(text):
        if heading := _HEADING.match(line):
            lines = topics.setdefault(heading[1].strip().lower(), [])
        elif lines is None:
            raise forms.ValidationError(
                _("Begin with a topic in brackets, such as [weather]; its phrases follow below.")
            )
        else:
            lines.append(line)
    return {topic: lines for topic, lines in topics.items() if lines}


class PhrasesWidget(forms.MultiWidget):
    """A text area for each known topic and one for all others."""

    template_name = "admin/widgets/phrases.html"

    def __init__(self) -> None:
        areas: dict[str, forms.Widget | type[forms.Widget]] = {topic: LongText({"rows": 3}) for topic in TOPICS}
        areas["more"] = LongText({"rows": 4, "placeholder": "[weather]\n…"})
        super().__init__(areas)

    def decompress(self, value: Any) -> list[str]:
        """Return the text of each area."""
        phrases: dict[str, Any] = value if isinstance(value, dict) else {}
        others = {topic: lines for topic, lines in phrases.items() if topic not in TOPICS}
        return [written(phrases.get(topic)) for topic in TOPICS] + [written_topics(others)]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Name each area."""
        context = super().get_context(name, value, attrs)
        for area, label in zip(context["widget"]["subwidgets"], [*TOPICS.values(), _("Other topics")], strict=True):
            area["label"] = label
        return context


class PhrasesField(forms.Field):
    """A mapping of topic to phrases."""

    widget = PhrasesWidget

    def to_python(self, value: Any) -> dict[str, list[str]]:
        """Return the phrases by topic.

        Raises:
            ValidationError: They are too many, too long, or without a topic.
        """
        if not isinstance(value, list):
            return {}
        *known, more = [text or "" for text in value]
        phrases = {topic: lines for topic, text in zip(TOPICS, known, strict=True) if (lines := list(lines_of(text)))}
        for topic, lines in read_topics(more).items():
            phrases[topic] = phrases.get(topic, []) + lines
        if len(phrases) > TOPICS_MOST:
            raise forms.ValidationError(_("At most %(count)d topics."), params={"count": TOPICS_MOST})
        if problem := phrase_problem(phrases):
            raise forms.ValidationError(_(problem))
        return phrases

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as mappings."""
        try:
            return (initial or {}) != self.to_python(data)
        except forms.ValidationError:
            return True
