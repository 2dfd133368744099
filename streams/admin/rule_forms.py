"""Moderation rules in forms and in files: what a rule is written as, and what is refused.

Owns the form and the resource. What fits in a rule is `streams.domain.rule_texts`.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields, widgets
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from personas.models import Language, Persona
from streams.domain.rule_texts import read_rule
from streams.models import ModerationRule, Stream
from streams.selectors.moderation import text_of
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_transfer import StudioResource, WordsWidget

CHOSEN = ("kind", "scope", "action")


def check_rule(rule: ModerationRule) -> None:
    """Refuse a rule the live loop could not use, or that would do nothing.

    Raises:
        ValidationError: Why it cannot be used.
    """
    try:
        read_rule(str(rule.pk), text_of(rule))
    except InputInvalid as problem:
        raise ValidationError({problem.field or "content": str(problem)}) from None


class RuleForm(StudioForm):
    """The form of a rule."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("languages"), choices=Language.choices, required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("Only where the stream speaks one of these; none: in any language."),
    )  # fmt: skip

    def _post_clean(self) -> None:
        """Try the rule out, once its values are known to be of the right form."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook
        if not self.errors:
            try:
                check_rule(self.instance)
            except ValidationError as problem:
                self.add_error(None, problem)


class RuleResource(StudioResource):
    """Rules as files: one row a rule, found by its name."""

    stream = fields.Field("stream", "stream", widgets.ForeignKeyWidget(Stream, field="name"))
    persona = fields.Field("persona", "persona", widgets.ForeignKeyWidget(Persona, field="name"))
    languages = fields.Field("languages", "languages", WordsWidget())
    needed = ("name", "kind")

    class Meta:
        model = ModerationRule
        fields = (
            "name", "stream", "persona", "languages", "kind", "content", "scope", "action", "replacement",
            "timeout_minutes", "severity", "is_enabled",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def find(self, row: dict[str, Any]) -> ModerationRule | None:
        """Return the rule of that name."""
        found: ModerationRule | None = ModerationRule.objects.filter(name=str(row.get("name", "")).strip()).first()
        return found

    def import_instance(self, instance: ModerationRule, row: dict[str, Any], **kwargs: Any) -> None:
        """Take the row's values over.

        Raises:
            ValidationError: Stream or persona are unknown here, or the rule cannot be used.
        """
        stream, persona = (str(row.get(name) or "").strip() for name in ("stream", "persona"))
        if stream and not Stream.objects.filter(name=stream).exists():
            raise ValidationError({"stream": _("There is no such stream in this studio.")})
        if persona and not Persona.objects.filter(name=persona).exists():
            raise ValidationError({"persona": _("There is no such persona in this studio.")})
        if isinstance(row.get("content"), list):
            row["content"] = "\n".join(row["content"])
        super().import_instance(instance, row, **kwargs)
        if all(getattr(instance, name) in _offered(name) for name in CHOSEN):
            check_rule(instance)


def _offered(name: str) -> set[str]:
    """Return the values a field of a rule may have."""
    field = ModerationRule._meta.get_field(name)
    return {str(value) for value, _label in getattr(field, "choices", None) or ()}
