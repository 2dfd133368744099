"""From a line to what should change: "Never again", "Remember this", "Wrong: correct the memory"."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from memory.models import Memory
from memory.services.corrections import put_right
from streams.models import Turn
from streams.services.corrections import forbid_habit, forbid_words, remember_line
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.tenancy.admin_actions import object_page
from vtcontrol.tenancy.admin_forms import LongText

WORDS_MOST = 200  # taken from a selection; a rule of a whole speech would never fire
RULE_EVERYWHERE, RULE_HERE, HABIT = "everywhere", "here", "habit"
EVERYBODY, VIEWER = "everybody", "viewer"


class NeverForm(forms.Form):
    """Asks what is never to come again, and how."""

    words = forms.CharField(
        label=_("What"), max_length=1000, widget=LongText({"rows": 3}),
        help_text=_("For a rule: words or phrases, one a line; shorten them to what really must not come."),
    )  # fmt: skip
    how = forms.ChoiceField(label=_("How"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, ways: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = ways  # type: ignore[attr-defined]  # a choice field, see above


class RememberForm(forms.Form):
    """Asks what is to be remembered, and of whom."""

    text = forms.CharField(label=_("What is remembered"), max_length=1000, widget=LongText({"rows": 3}))
    about = forms.ChoiceField(label=_("About"), widget=UnfoldAdminSelectWidget)


class CorrectForm(forms.Form):
    """Asks for the right words of a memory."""

    text = forms.CharField(label=_("What is true"), max_length=1000, widget=LongText({"rows": 3}))


class Corrections:
    """Mixin of the turns' admin: the three pages."""

    admin_site: Any
    opts: Any

    @object_page(label=_("Never again"), icon="block", permission="streams.add_moderationrule")
    def never_again(self, request: HttpRequest, turn: Turn) -> HttpResponse | None:
        """Make a rule or a “never” of words of the line."""
        ways = [
            (RULE_EVERYWHERE, _("A rule for every stream: such a clause is not spoken")),
            (RULE_HERE, _("A rule for this stream")),
        ]
        if request.user.has_perm("personas.change_persona"):
            ways.append((HABIT, _("Tell the character: added to what it never does")))
        form = NeverForm(request.POST or None, initial={"words": _prefilled(request, turn.text)}, ways=ways)
        if form.is_valid():
            words, how = form.cleaned_data["words"], form.cleaned_data["how"]
            try:
                made: Any = (
                    forbid_habit(words, turn=turn, by=request.user)
                    if how == HABIT
                    else forbid_words(words, turn=turn, everywhere=how == RULE_EVERYWHERE)
                )
            except InputInvalid as problem:
                form.add_error("words", str(problem))
            else:
                self._done(request, _("From the next line on."), made)
                return None
        return self._asked(request, turn, _("Never again"), form)

    @object_page(label=_("Remember this"), icon="bookmark_add", permission="memory.add_memory")
    def remember_this(self, request: HttpRequest, turn: Turn) -> HttpResponse | None:
        """Make a memory of the line, with the line as its evidence."""
        viewer = turn.event.viewer if turn.event else None
        heard = turn.event.text if turn.event and viewer else turn.text
        form = RememberForm(request.POST or None, initial={"text": _prefilled(request, heard)})
        known = [(VIEWER, viewer.name)] if viewer else []
        form.fields["about"].choices = [*known, (EVERYBODY, _("nobody in particular"))]  # type: ignore[attr-defined]  # a choice field, see above
        if form.is_valid():
            about = viewer.pk if viewer and form.cleaned_data["about"] == VIEWER else None
            try:
                memory = remember_line(form.cleaned_data["text"], turn=turn, viewer_id=about)
            except InputInvalid as problem:
                form.add_error(None, str(problem))
            else:
                self._done(request, _("It is remembered."), memory)
                return None
        return self._asked(request, turn, _("Remember this"), form)

    @object_page(label=_("Wrong: correct the memory"), icon="edit", permission="memory.change_memory")
    def correct_memory(self, request: HttpRequest, turn: Turn) -> HttpResponse | None:
        """End a memory of the turn that was wrong, and remember what is true.

        Raises:
            NotFound: The character has no such memory.
        """
        memory = _memory_of(request, turn)
        form = CorrectForm(request.POST or None, initial={"text": memory.text})
        if form.is_valid():
            try:
                right = put_right(memory, form.cleaned_data["text"], turn_id=turn.pk)
            except (Conflict, InputInvalid) as problem:
                form.add_error(None, str(problem))
            else:
                self._done(request, _("Corrected; the old memory is over, and can be brought back."), right)
                return None
        return self._asked(request, turn, _("Correct the memory"), form)

    def _done(self, request: HttpRequest, sentence: Any, made: Any) -> None:
        """Say what came of it, with links to it and to its undoing."""
        label = made._meta.label_lower.replace(".", "_")
        link = format_html('<a href="{}">{}</a>', reverse(f"admin:{label}_change", args=(made.pk,)), made)
        runs = reverse("admin:memory_consolidationrun_changelist")
        undo = format_html(' <a href="{}">{}</a>', runs, _("Undo in the journal")) if isinstance(made, Memory) else ""
        messages.success(request, format_html("{} {}{}", sentence, link, undo))

    def _asked(self, request: HttpRequest, turn: Turn, title: Any, form: forms.Form) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": turn, "turn": turn}
        return TemplateResponse(request, "admin/streams/turn/asking.html", {**context, "title": title, "form": form})


def _prefilled(request: HttpRequest, text: str) -> str:
    """Return the words that were selected on the page, if they are the line's own; else all of them."""
    chosen = request.GET.get("words", "").strip()
    return chosen if 0 < len(chosen) <= WORDS_MOST and chosen in text else text[:1000]


def _memory_of(request: HttpRequest, turn: Turn) -> Memory:
    try:
        wanted = UUID(request.GET.get("memory", ""))
    except ValueError:
        raise NotFound from None
    memory: Memory | None = Memory.objects.filter(pk=wanted, persona_id=turn.persona_id).first()
    if memory is None:
        raise NotFound
    return memory
