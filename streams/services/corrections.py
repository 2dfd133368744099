"""What people make of a line they did not like, or want kept: a rule, a "never" of the character, a memory."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from memory.models import Memory
from memory.services.corrections import note_down
from personas.models import Persona
from personas.services import record_revision
from personas.services.revisions import lock_persona
from relationships.selectors import has_opted_out
from streams.models import ModerationRule, Turn
from streams.selectors.moderation import rule_of
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.names import free_name


@transaction.atomic
def forbid_words(words: str, *, turn: Turn, everywhere: bool) -> ModerationRule:
    """Make a rule that drops a clause with these words before it is spoken.

    Args:
        words: Words or phrases, one a line.
        turn: Where they were said.
        everywhere: On every stream of the studio, not on the turn's alone.

    Raises:
        InputInvalid: The words make no rule.
    """
    wanted = _("Never again: %(words)s") % {"words": " ".join(words.split())}
    rule = ModerationRule(
        name=free_name(ModerationRule, wanted), stream=None if everywhere else turn.stream,
        kind="words", content=words.strip(), scope="out", action="drop",
    )  # fmt: skip
    rule_of(rule)
    rule.save()
    return rule


@transaction.atomic
def forbid_habit(words: str, *, turn: Turn, by: Any) -> Persona:
    """Add to what the character never does; the revision says who asked.

    Raises:
        InputInvalid: There are no words, or there is no room for them.
    """
    persona = lock_persona(turn.persona_id)
    line = " ".join(words.split())
    rules = "\n".join(filter(None, [persona.dont_rules.rstrip(), line]))
    if not line or len(rules) > (Persona._meta.get_field("dont_rules").max_length or 0):
        raise InputInvalid(_("There is no room for it in “never”. Shorten what is there."), field="words")
    persona.dont_rules = rules
    persona.save(update_fields=["dont_rules", "updated_at"])
    record_revision(persona, by=by)
    return persona


def remember_line(text: str, *, turn: Turn, viewer_id: UUID | None) -> Memory:
    """Remember something a turn told.

    Raises:
        InputInvalid: Whom it is about asked not to be remembered, or the words cannot be remembered.
    """
    if viewer_id is not None and has_opted_out(viewer_id):
        raise InputInvalid(_("This viewer asked not to be remembered."), field="about")
    return note_down(persona_id=turn.persona_id, viewer_id=viewer_id, turn_id=turn.pk, text=text)
