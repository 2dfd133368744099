"""The forms a rehearsal is put together with."""

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from personas.domain.rehearsal.scenarios import FILE_LARGEST
from personas.models import Persona, Revision
from personas.scenario_services import house_scenarios, scenarios_in, scenarios_of
from streams.models import Broadcast, RehearsalSource, Stream
from streams.services.rehearsals import Wanted
from vtcontrol.kernel.errors import InputInvalid

MAY_REHEARSE = "personas.change_persona"
REVISIONS_OFFERED = 40
BROADCASTS_OFFERED = 30
ON_AIR, NOBODY = "on_air", ""


def rows_of(form: forms.Form, name: str) -> Any:
    """Return the rows a field of a form offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared so below
    return field.queryset


class WhoForm(forms.Form):
    """Whom to rehearse."""

    persona: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Character"), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["persona"].queryset = Persona.objects.order_by("name")  # type: ignore[attr-defined]  # of rows


class BroadcastField(forms.ModelChoiceField):  # type: ignore[type-arg]  # of broadcasts
    """A recorded broadcast, by its time and its answers."""

    def label_from_instance(self, broadcast: Broadcast) -> str:
        """Return what stands in the list."""
        at = date_format(localtime(broadcast.started_at), "SHORT_DATETIME_FORMAT")
        return _("%(when)s, answers: %(count)d") % {"when": at, "count": getattr(broadcast, "answers", 0)}


class RehearsalForm(forms.Form):
    """Who is tried against whom, and on what."""

    tried = forms.ChoiceField(label=gettext_lazy("Try"), widget=UnfoldAdminSelectWidget)
    against = forms.ChoiceField(label=gettext_lazy("Compare with"), required=False, widget=UnfoldAdminSelectWidget)
    stream: Any = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Stream"), widget=UnfoldAdminSelectWidget, empty_label=None,
        help_text=gettext_lazy("Its language, moderation rules and budgets count. Nothing is said on it."),
    )  # fmt: skip
    source = forms.ChoiceField(
        label=gettext_lazy("Play"), choices=RehearsalSource.choices, widget=UnfoldAdminSelectWidget
    )
    broadcast: Any = BroadcastField(
        queryset=None, label=gettext_lazy("Broadcast"), required=False, widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("What viewers said that was answered. Who is erased or opted out is left out."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("Scenarios as YAML or JSON."),
    )  # fmt: skip

    def __init__(self, persona: Persona, *args: Any, tried: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.persona = persona
        rows = list(Revision.objects.filter(persona=persona).defer("content").order_by("-number")[:REVISIONS_OFFERED])
        self._revisions = {str(row.pk): row for row in rows}
        revisions = [(key, f"{row} · {row.get_state_display()}") for key, row in self._revisions.items()]
        air = (ON_AIR, _("As it is on air"))
        self._offer("tried", [air, *revisions], tried if tried in self._revisions else ON_AIR)
        self._offer("against", [(NOBODY, _("Nothing")), air, *revisions], ON_AIR if tried in self._revisions else "")
        shows = Broadcast.objects.filter(stream__persona=persona).annotate(answers=Count("turns"))
        offered = list(shows.order_by("-started_at").values_list("pk", flat=True)[:BROADCASTS_OFFERED])
        self.fields["broadcast"].queryset = shows.filter(pk__in=offered).order_by("-started_at")  # type: ignore[attr-defined]  # of rows
        self.fields["stream"].queryset = Stream.objects.filter(persona=persona)  # type: ignore[attr-defined]  # of rows

    def _offer(self, name: str, choices: list[tuple[str, str]], initial: str) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # it is a choice
        self.fields[name].initial = initial

    def clean(self) -> dict[str, Any]:
        """Ask for the broadcast or the file that is to be played."""
        values = super().clean() or {}
        for name in ("broadcast", "file"):
            if values.get("source") == name and not values.get(name):
                self.add_error(name, _("Choose one."))
        if values.get("tried") == values.get("against"):
            self.add_error("against", _("That is the same: compare with another one, or with nothing."))
        return values

    def wanted(self) -> Wanted:
        """Return what to rehearse.

        Raises:
            InputInvalid: The file cannot be used, or the character has no scenarios of its own.
        """
        values = self.cleaned_data
        source = RehearsalSource(values["source"])
        return Wanted(
            persona=self.persona,
            stream=values["stream"],
            tried=self._revisions.get(values["tried"]),
            tried_label=self._label(values["tried"]),
            source=source,
            against=self._revisions.get(values["against"]),
            against_label=self._label(values["against"]),
            scenarios=self._scenarios(source, values["stream"], values["file"]),
            broadcast=values["broadcast"] if source == RehearsalSource.BROADCAST else None,
        )

    def _label(self, key: str) -> str:
        row = self._revisions.get(key)
        if row is None:
            return _("On air") if key == ON_AIR else ""
        return f"{row} · {row.get_state_display()}"

    def _scenarios(self, source: RehearsalSource, stream: Stream, file: Any) -> Any:
        if source == RehearsalSource.HOUSE:
            return house_scenarios(stream.language)
        if source == RehearsalSource.FILE and file:
            return scenarios_in(file.read(FILE_LARGEST + 1))
        if source == RehearsalSource.BROADCAST:
            return ()
        found = scenarios_of(self.persona)
        if not found:
            raise InputInvalid(_("The character has no scenarios of its own yet: copy the house's set to it first."))
        return found
