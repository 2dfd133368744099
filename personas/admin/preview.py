"""What the model would see: the prompt of a persona for an example line, section by section."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from personas.domain.inputs import EventText, PromptInputs
from personas.domain.modes import effects
from personas.domain.prompt import Prompt, build
from personas.models import Persona, Reaction
from personas.selectors import counter_of, modes_of, overrides_of, persona_text, reaction_to, vocabulary_of
from vtcontrol.kernel.chat import Output
from vtcontrol.kernel.events import EventKind

SCRIPTED_CONTEXT_TOKENS = 3000
SECTION_LABELS = {
    "identity": _("Who it is"),
    "data": _("Chat is data"),
    "style": _("How it speaks"),
    "conduct": _("Always and never"),
    "samples": _("Speech samples"),
    "knowledge": _("Knowledge"),
    "modes": _("Modes"),
    "format": _("Form of the answer"),
    "lore": _("Lore"),
    "lore_before": _("Lore before the character"),
    "lore_depth": _("Lore among the lines"),
    "memories": _("Memories"),
    "viewer": _("Viewer card"),
    "transcript": _("Recent lines"),
    "event": _("What is answered"),
    "reaction": _("Reaction"),
    "notes": _("Director's notes"),
}
ROLE_LABELS = {"system": _("Instructions"), "user": _("What it hears"), "assistant": _("What it said")}
EXAMPLE_KINDS = [(EventKind.CHAT.value, _("Chat")), *Reaction._meta.get_field("kind").choices]  # type: ignore[misc]  # a plain list of pairs there


class PreviewForm(forms.Form):
    """The example line."""

    kind = forms.ChoiceField(label=_("Event"), choices=EXAMPLE_KINDS, required=False, widget=UnfoldAdminSelectWidget)
    viewer = forms.CharField(label=_("Viewer"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget)
    line = forms.CharField(label=_("Line"), max_length=2000, required=False, widget=UnfoldAdminTextInputWidget)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"viewer": _("Mira"), "line": _("Hi! How are you today?"), "kind": "chat"})

    def example(self) -> EventText:
        """Return the event to preview; the example's own words where nothing usable was typed."""
        found = self.cleaned_data if self.is_bound and self.is_valid() else {}
        kind, name, text = (str(found.get(key) or self.initial[key]) for key in ("kind", "viewer", "line"))
        return EventText(EventKind(kind), name=name, text=text, amount="5 EUR" if kind == EventKind.DONATION else "")


@dataclass(frozen=True, slots=True)
class Share:
    """A section and its share of the budget.

    Attributes:
        label: What it is called.
        tokens: What it takes.
        is_kept: It is in the prompt.
        dropped: How many of its items were left out.
    """

    label: Any
    tokens: int
    is_kept: bool
    dropped: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A prompt, ready to be shown."""

    prompt: Prompt
    shares: tuple[Share, ...]
    messages: tuple[tuple[Any, str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownEffect:
    """What a mode does, in words: its sentence to the model, and what it turns."""

    mode: str
    rule: str
    knobs: tuple[tuple[Any, str], ...]


def shown_effects(persona: Persona) -> tuple[ShownEffect, ...]:
    """Return what each mode of the persona does."""
    return tuple(
        ShownEffect(one.mode, one.rule, tuple((KNOBS[name], _turned(name, value)) for name, value in one.knobs.items()))
        for one in effects(modes_of(persona))
    )


def _turned(name: str, value: float) -> str:
    """Return what a mode does to a number: the temperature is a sum, the others are set."""
    return f"{value:+.2f}" if name == "temperature" else f"{value:g}"


KNOBS = {"temperature": _("Temperature"), "top_p": _("Top-p"), "max_tokens": _("Longest answer, tokens")}


def preview_of(persona: Persona, event: EventText) -> Preview:
    """Return the persona's prompt for an example event. Three queries."""
    brain = persona.brain
    inputs = PromptInputs(
        persona=persona_text(persona),
        event=event,
        modes=modes_of(persona),
        vocabulary=vocabulary_of(persona),
        reaction=reaction_to(persona, event.kind),
        overrides=overrides_of(persona, brain.max_tokens if brain else None),
        output=Output(persona.output_format),
        budget_tokens=brain.context_tokens if brain else SCRIPTED_CONTEXT_TOKENS,
    )
    prompt = build(inputs, counter_of(persona))
    shares = tuple(
        Share(SECTION_LABELS.get(one.name, one.name), one.tokens, one.kept, one.dropped_items)
        for one in prompt.sections
    )
    messages = tuple((ROLE_LABELS[one.role], one.role.value, one.content) for one in prompt.messages)
    return Preview(prompt, shares, messages)
