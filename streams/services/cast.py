"""The cast in people's hands: another character takes the stream over, and words for one of several mouths."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from personas.models import Persona
from streams.models import InboxEvent, Stream, StreamCharacter, Turn
from streams.selectors.state import OPEN_TURNS
from streams.services import queue
from streams.services.intake import Accepted
from streams.services.looks import tell_look
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.tasks import enqueue


def show_character(stream_id: UUID) -> None:
    """Show the pages who is on stage now: at once where nobody speaks, else with the next line, by who says it."""
    if Turn.objects.filter(stream_id=stream_id, state__in=OPEN_TURNS).exists():
        enqueue("live.perform", stream_id=stream_id)
    else:
        tell_look(stream_id)


@transaction.atomic
def switch_character(stream_id: UUID, persona_id: UUID) -> Stream:
    """Give the stream to another character, from its next line on. The one that left answers nothing more as the first.

    Raises:
        NotFound: No such stream, or no such character in this studio.
    """
    stream: Stream | None = Stream.objects.select_for_update().filter(pk=stream_id).first()
    persona = Persona.objects.filter(pk=persona_id).first()
    if stream is None or persona is None:
        raise NotFound
    if stream.persona_id != persona.pk:
        stream.persona = persona
        Stream.objects.filter(pk=stream.pk).update(persona=persona)
        show_character(stream.pk)
    return stream


def is_on_stage(stream: Stream, persona_id: UUID) -> bool:
    """Tell whether a character is the stream's own or of its cast."""
    cast = StreamCharacter.objects.filter(stream=stream, persona=persona_id, is_enabled=True)
    return stream.persona_id == persona_id or cast.exists()


@transaction.atomic
def say_as(stream_id: UUID, persona_id: UUID, text: str, *, key: str, name: str = "") -> Accepted:
    """Have one character of the cast say `text` as it stands, in its own voice. See `streams.services.queue.say`.

    Raises:
        NotFound: No such stream in this studio.
        Conflict: Panic holds; the stream is disabled; the key was used for other words.
        InputInvalid: The character is not on this stage; there are no words, or too many.
    """
    stream = Stream.objects.filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    if not is_on_stage(stream, persona_id):
        raise InputInvalid(_("This character is not on the stream’s stage."), field="character")
    said = queue.say(stream_id, text, key=key, name=name)
    if said.is_new:
        InboxEvent.objects.filter(pk=said.id, state=EventState.WAITING).update(addressee=persona_id)
    return said
