"""The base of REST views of one character. Which character a token is for is known on the floor of streams."""

from typing import ClassVar
from uuid import UUID

from personas.models import Persona
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.access import Scope
from vtcontrol.tenancy.api import StudioView


class PersonaView(StudioView):
    """A view of what belongs to a character. Writing needs the scope of those who change what the studio keeps."""

    writes: ClassVar[Scope | None] = Scope.MANAGE

    def own_persona(self) -> UUID | None:
        """Return the one character the token is for, or None; this floor knows no streams."""
        return None

    def persona(self, persona_id: UUID) -> Persona:
        """Return a character the token is for.

        Raises:
            NotFound: There is none such.
        """
        is_theirs = self.own_persona() in {None, persona_id}
        found: Persona | None = Persona.objects.filter(pk=persona_id).first() if is_theirs else None
        if found is None:
            raise NotFound
        return found
