"""How a model's tokens are counted, in words: for the page of a brain, and for what its test tells."""

from collections.abc import Callable
from dataclasses import replace

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from personas.tokenizers import Lack, Tokenizing, look_again, tokenizing_of
from personas.trials import BrainDraft, Trial
from vtcontrol.tenancy.admin_marks import Tone, chip, nothing

LACKS = {
    Lack.NOWHERE: _("For exact counts the operator names a folder for tokenizers (VTCONTROL_TOKENIZERS_DIR)."),
    Lack.READING: _("The model's own tokenizer is being read: look again in a moment."),
    Lack.NO_PACKAGE: _("For exact counts the operator installs requirements/tokenizers.txt."),
    Lack.NO_TABLE: _(
        "For exact counts the operator downloads the table %(detail)s: manage.py fetch_tokenizer %(model)s."
    ),
    Lack.UNKNOWN: _(
        "For exact counts the operator puts the model's tokenizer.json into %(detail)s/ in the folder for tokenizers."
    ),
    Lack.BAD_NAME: _("No tokenizer is looked for under a name like this one."),
    Lack.TOO_LARGE: _("The file %(detail)s is too large to be a tokenizer and is not used."),
    Lack.BROKEN: _("The tokenizer %(detail)s is broken and is not used: the operator fetches it anew."),
}


def how_counted(model: str, tokenizing: Tokenizing) -> str:
    """Return by what a model's tokens are counted, and what to do where that is the estimate."""
    if tokenizing.lack is None:
        return _("Tokens are counted by %(name)s.") % {"name": tokenizing.counter.name}
    why = LACKS[tokenizing.lack] % {"detail": tokenizing.detail, "model": model}
    return " ".join((str(_("Tokens are estimated, rather too many than too few.")), why))


def tokenizer_chip(model: str) -> SafeString:
    """Return the same for a page; nothing for a brain without a model yet."""
    if not model:
        return nothing()
    tokenizing = tokenizing_of(model)
    if tokenizing.lack is None:
        return chip(tokenizing.counter.name, Tone.GOOD, "check_circle")
    return format_html("{} {}", chip(_("Estimate"), Tone.PLAIN, "calculate"), how_counted(model, tokenizing))


def with_tokenizer(draft: BrainDraft, tried: Callable[[BrainDraft], Trial]) -> Trial:
    """Try a model and say by what its tokens are counted; a tokenizer that was not there before is looked for again."""
    look_again(draft.model)
    trial = tried(draft)
    if not trial.ok:
        return trial
    return replace(trial, sentence=f"{trial.sentence} {how_counted(draft.model, tokenizing_of(draft.model))}")
