"""The sentences about cards: why a file is refused, and what of it plays no part here."""

from django.utils.translation import gettext_lazy as _

from personas.domain.cards.flaws import Flaw
from personas.domain.cards.foreign_engines import Left
from personas.domain.cards.lore import Caution

REFUSALS = {
    Flaw.TOO_LARGE: _("The file is too large, or would be once unpacked. Nothing was read."),
    Flaw.TOO_DEEP: _("The card's text is nested deeper than any real card is."),
    Flaw.NOT_JSON: _("The card's text is no valid JSON."),
    Flaw.TWICE_NAMED: _("Something in the file is named twice, so that nobody knows which is meant."),
    Flaw.NOT_TEXT: _("The card holds signs that are no text."),
    Flaw.NOT_A_CARD: _("This is neither a character card nor a lorebook."),
    Flaw.BROKEN_PICTURE: _("The picture is no PNG, or it is damaged: its parts do not fit their check sums."),
    Flaw.NO_CARD_INSIDE: _("There is no character card inside this file."),
    Flaw.TWO_CARDS: _("The picture holds two different cards."),
    Flaw.BROKEN_CODING: _("The card inside the picture is damaged."),
    Flaw.BROKEN_BUNDLE: _("The bundle is damaged, encrypted or packed in an unusual way."),
    Flaw.UNSAFE_NAME: _("The card names a file outside itself. Such cards are not taken in."),
    Flaw.SCRIPT: _("The card holds a script. Such cards are not taken in."),
    Flaw.NOT_YAML: _("The settings file is no valid YAML."),
    Flaw.UNSAFE_YAML: _("The settings file uses anchors or tags, which no settings need. Such files are not taken in."),
    Flaw.NO_CHARACTER: _("The settings file holds no character: it has no name or no “persona_prompt”."),
    Flaw.TOO_MANY_ENTRIES: _("The lorebook has more entries than are taken in."),
}
LEFT = {
    Left.OTHER_BRAIN: _("of another model, which the file does not use"),
    Left.NO_BRAIN: _("no model behind an OpenAI-compatible address"),
    Left.OTHER_VOICE: _("of another voice, which the file does not use"),
    Left.NO_VOICE: _("no voice behind an OpenAI-compatible address: choose one above"),
    Left.HEARING: _("hearing is no part of a character here"),
    Left.LOOKS: _("avatars are put together here: choose one above"),
    Left.UNKNOWN: _("has no place here"),
}
CAUTIONS = {
    Caution.CUT: _("Texts shortened to what fits"),
    Caution.LORE_CUT: _("Pieces of lore shortened to what fits"),
    Caution.PATTERNS: _("Pieces of lore with patterns that cannot be used: they would look around or back"),
    Caution.TIMED: _("Pieces of lore with timing or groups; here they come up whenever their keys do"),
    Caution.PLACES: _("Pieces of lore for an outlet; here they stand after the character"),
    Caution.KEYS: _("Keys and passwords, which are never taken over: add them under Brains and Voices"),
    Caution.SETTINGS: _("Settings of Open-LLM-VTuber that are kept with the character and play no part here"),
    Caution.NEWER: _("The card is of a newer version than is known here"),
}
