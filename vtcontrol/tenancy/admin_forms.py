"""Forms and form fields of the admin: studio-aware model forms, lists of words, write-only secrets."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from vtcontrol.tenancy.scope import current_studio_id

WORDS_MOST = 40
WORD_LONGEST = 60
SECRET_LONGEST = 4000


class StudioForm(forms.ModelForm):  # type: ignore[type-arg]  # one base for every model
    """A form for a studio's row: the studio is the scope's, and rules that involve it are checked in the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hasattr(self.instance, "studio_id") and self.instance.studio_id is None:
            self.instance.studio_id = current_studio_id()
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def _get_validation_exclusions(self) -> set[str]:
        """Check uniqueness within the studio too, though no field of the form shows the studio."""
        return super()._get_validation_exclusions() - {"studio"}  # type: ignore[no-any-return, misc]  # Django's own hook

    def is_multipart(self) -> bool:
        """Send long texts as they are: percent-encoding would make them several times longer."""
        return True


class LongText(UnfoldAdminTextareaWidget):  # type: ignore[misc]  # unfold ships no types
    """A text area that says how much room is left instead of silently cutting what is pasted."""

    class Media:
        js = (forms.Script("admin/studio.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 6, **(attrs or {})})

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Name the limit for the counter; the form checks it."""
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        if most := attrs.pop("maxlength", None):
            attrs["data-most"] = most
        return attrs


class Slider(forms.NumberInput):
    """A range input that shows its value."""

    input_type = "range"
    template_name = "admin/widgets/slider.html"

    class Media:
        js = (forms.Script("admin/studio.js", type="module"),)

    def __init__(self, least: float, most: float, step: float = 0.05) -> None:
        super().__init__({"min": least, "max": most, "step": step, "class": "vt-slider"})


class WordsField(forms.CharField):
    """A list of words, written with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextInputWidget())
        super().__init__(max_length=WORDS_MOST * (WORD_LONGEST + 2), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the list as one line."""
        return ", ".join(str(word) for word in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the words, each once, in their order."""
        text = super().to_python(value) or ""
        return list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))

    def validate(self, value: list[str]) -> None:
        """Refuse more or longer words than anybody reads.

        Raises:
            ValidationError: There are too many, or one is too long.
        """
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(value) > WORDS_MOST or any(len(word) > WORD_LONGEST for word in value):
            raise forms.ValidationError(
                _("At most %(count)d words of up to %(length)d letters."),
                params={"count": WORDS_MOST, "length": WORD_LONGEST},
            )

    def run_validators(self, value: Any) -> None:
        """Check nothing more: the words are already measured."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lists."""
        return bool((initial or []) != self.to_python(data))


class SecretField(forms.CharField):
    """A write-only secret: never shown, and left as it is when nothing is typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password", "spellcheck": "false"}
        kwargs.setdefault("widget", UnfoldAdminPasswordWidget(attrs=attrs))
        super().__init__(required=kwargs.pop("required", False), max_length=SECRET_LONGEST, **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether something was typed."""
        return bool(data)
