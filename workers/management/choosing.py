"""Which studio and which character a command is about: by name, or the only one there is."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from personas.models import Persona
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.studios import Studio


def the_studio(slug: str) -> Studio:
    """Return a studio by its short name, or the only one.

    Raises:
        InputInvalid: There is none, or there are several.
    """
    rows = Studio.objects.filter(is_active=True, **({"slug": slug} if slug else {}))
    found: Studio = only(list(rows[:2]), _("There is no such studio."), _("There are several studios: use --studio."))
    return found


def the_persona(name: str) -> Persona:
    """Return a character of the scope's studio by its name, or the only one.

    Raises:
        InputInvalid: There is none, or there are several.
    """
    rows = list(Persona.objects.filter(**({"name": name} if name else {}))[:2])
    none, several = _("There is no such character."), _("There are several characters: use --persona.")
    found: Persona = only(rows, none, several)
    return found


def only(rows: Sequence[Any], none: str, several: str) -> Any:
    """Return the one row there is.

    Raises:
        InputInvalid: There is none, or there are several; with the sentence for it.
    """
    if len(rows) != 1:
        raise InputInvalid(several if rows else none)
    return rows[0]
