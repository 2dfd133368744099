"""Lists of words in the admin: a page that shows what a file holds before it is taken in, the way back, and out.

Owns the forms and the page. How a list is read is `streams.domain.word_lists`, what is written
`streams.services.word_lists`.
"""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from streams.admin.rule_forms import check_rule
from streams.domain.rule_texts import entries_of
from streams.domain.rules import RuleKind
from streams.domain.word_lists import WordList, read_list
from streams.models import CONTENT_LONGEST, RULE_ACTIONS, RULE_KINDS, RULE_SCOPES, ModerationRule
from streams.services.word_lists import can_take_out, put_in, take_out
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.scope import current_studio_id

FILE_LARGEST = 1024 * 1024
UPLOADS_A_MINUTE = 20
SHOWN_MOST = 30
LISTED = (RuleKind.WORDS, RuleKind.NAMES, RuleKind.PATTERN)


class WordListForm(forms.Form):
    """The list, and the rule it is for."""

    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("Text, one entry a line, or CSV. Lines that begin with # are left out."),
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("Or paste it"), required=False, max_length=CONTENT_LONGEST, strip=False,
        widget=UnfoldAdminTextareaWidget({"rows": 6}),
    )  # fmt: skip
    rule: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Into the rule"), required=False, widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("A new one"),
    )  # fmt: skip
    mode = forms.ChoiceField(
        label=gettext_lazy("What becomes of its own entries"), required=False, initial="append",
        choices=[("append", gettext_lazy("They stay")), ("replace", gettext_lazy("The list takes their place"))],
        widget=UnfoldAdminRadioSelectWidget,
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Name of a new rule"), required=False, max_length=80, widget=UnfoldAdminTextInputWidget
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("A new rule looks for"), required=False, initial=RuleKind.WORDS.value,
        choices=[one for one in RULE_KINDS if one[0] in LISTED], widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    scope = forms.ChoiceField(
        label=gettext_lazy("Where"), required=False, initial="both", choices=RULE_SCOPES, widget=UnfoldAdminSelectWidget
    )
    action = forms.ChoiceField(
        label=gettext_lazy("Then"), required=False, initial="drop", choices=RULE_ACTIONS, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rule"]
        field.queryset = ModerationRule.objects.filter(kind__in=LISTED).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Ask for a list, and for what a new rule cannot do without."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        file = found.get("file")
        if file and file.size > FILE_LARGEST:
            self.add_error("file", _("At most %(size)d MB.") % {"size": FILE_LARGEST // 1024**2})
        elif file:
            self._read(found, file)
        if not found.get("words", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste the list."))
        if not found.get("rule") and not found.get("name", "").strip():
            self.add_error("name", _("Give the new rule a name, or choose a rule."))
        return found

    def _read(self, found: dict[str, Any], file: Any) -> None:
        try:
            found["words"] = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("The file is not UTF-8: save it as such, and upload it again."))
        found["is_table"] = file.name.casefold().endswith((".csv", ".tsv"))

    def target(self) -> ModerationRule:
        """Return the rule the list is for, saved or new."""
        found = self.cleaned_data
        if found["rule"]:
            saved: ModerationRule = found["rule"]
            return saved
        kind = found["kind"] or RuleKind.WORDS.value
        scope = "in" if kind == RuleKind.NAMES else found["scope"] or "both"
        return ModerationRule(
            name=found["name"].strip(), kind=kind, scope=scope, action=found["action"] or "drop", content="-"
        )


class WordLists:
    """Mixin of the rules' admin: lists in, out and back."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, the import's first."""
        view = self.admin_site.admin_view(self.word_list_page)
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return [path("word-list/", view, name="streams_moderationrule_word_list"), *inherited]

    @object_page(
        label=gettext_lazy("Export the words"),
        icon="download",
        permission="change",
        shown=lambda rule: rule.kind in LISTED,
    )
    def export_words(self, request: HttpRequest, rule: ModerationRule) -> HttpResponse:
        """Hand the entries out as a text file."""
        headers = {"Content-Disposition": content_disposition_header(True, f"{rule.name}.txt")}  # noqa: FBT003 - Django's signature
        text = "".join(f"{entry}\n" for entry in (f"# {rule.name}", *entries_of(rule.content)))
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)

    @object_action(
        label=gettext_lazy("Take the last list out"),
        icon="undo",
        shown=can_take_out,
        confirm=gettext_lazy("The rule gets back the entries it had before the last list. Go on?"),
    )
    def undo_words(self, request: HttpRequest, rule: ModerationRule) -> None:
        """Undo the last import."""
        take_out(rule)
        self.message_user(request, _("The rule has its former entries again."))  # type: ignore[attr-defined]  # the admin has it

    def word_list_page(self, request: HttpRequest) -> HttpResponse:
        """Ask for a list, show what it holds, and take it in.

        Raises:
            PermissionDenied: The user's role may not add and change rules.
        """
        if not (self.has_add_permission(request) and self.has_change_permission(request)):  # type: ignore[attr-defined]  # the admin has it
            raise PermissionDenied
        form = WordListForm(request.POST, request.FILES) if request.method == "POST" else WordListForm()
        found: WordList | None = None
        if form.is_bound and form.is_valid():
            try:
                spend(f"word-list:{current_studio_id()}", limit=UPLOADS_A_MINUTE)
                rule = form.target()
                found = _listed(form, rule)
                if "confirmed" in request.POST:
                    return self._taken_in(request, form, rule, found)
            except InputInvalid as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            except RateExceeded as refusal:
                form.add_error(None, str(refusal))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a word list"),
            "opts": self.opts,
            "form": form,
            "found": found if form.is_bound and not form.errors else None,
            "shown": found.entries[:SHOWN_MOST] if found else (),
            "words": "\n".join(found.entries) if found else "",
        }
        return TemplateResponse(request, "admin/streams/moderationrule/word_list.html", context)

    def _taken_in(
        self, request: HttpRequest, form: WordListForm, rule: ModerationRule, found: WordList
    ) -> HttpResponse:
        """Write what was shown; a new rule is checked like any other.

        Raises:
            InputInvalid: It cannot be taken in.
        """
        is_new = rule._state.adding
        if is_new:
            _check_new(rule, found)
        saved = put_in(rule, found.entries, replaces=is_new or form.cleaned_data["mode"] == "replace")
        count = len(found.entries)
        sentence = ngettext("%(count)d entry was taken in.", "%(count)d entries were taken in.", count) % {
            "count": count
        }
        (self.log_addition if is_new else self.log_change)(request, saved, sentence)  # type: ignore[attr-defined]  # the admin has it
        self.message_user(request, sentence)  # type: ignore[attr-defined]  # as above
        return HttpResponseRedirect(self.address(saved))  # type: ignore[attr-defined]  # as above


def _listed(form: WordListForm, rule: ModerationRule) -> WordList:
    """Return what the list holds, and what of it the rule has already."""
    found = form.cleaned_data
    is_append = not rule._state.adding and found["mode"] != "replace"
    known = entries_of(rule.content) if is_append else ()
    return read_list(found["words"], RuleKind(rule.kind), is_table=found.get("is_table", False), known=known)


def _check_new(rule: ModerationRule, found: WordList) -> None:
    """Refuse a new rule that could not be saved in its form either.

    Raises:
        InputInvalid: Why.
    """
    rule.content = found.entries[0] if found.entries else "-"
    if ModerationRule.objects.filter(name=rule.name).exists():
        raise InputInvalid(_("There is a rule of this name already: choose it above."), field="name")
    try:
        check_rule(rule)
    except forms.ValidationError as problem:
        field, said = next(iter(problem.message_dict.items()))
        raise InputInvalid(" ".join(said), field=field) from None
