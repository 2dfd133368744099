"""Everything one studio can hold: at least one row of every model, each text with the studio's marker."""

from dataclasses import dataclass

from django.utils import timezone

from memory.models import Review
from personas.models import Persona
from relationships.models import Viewer
from streams.models import RehearsalState, Stream
from tests.factories import memory, personas, relationships, streams, tenancy
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.access import TokenKind


@dataclass(frozen=True, slots=True)
class World:
    """What a whole studio is reached by; its other rows hang on these.

    Attributes:
        secrets: Token texts by kind.
    """

    persona: Persona
    stream: Stream
    viewer: Viewer
    secrets: dict[str, str]


def make_world(marker: str) -> World:
    """Fill the studio whose scope is entered."""
    persona = _make_character(marker)
    stream = streams.make_stream(persona, marker)
    viewer = relationships.make_viewer(marker)
    relationships.make_interaction(relationships.make_relationship(viewer, persona), marker)
    _make_person(viewer, marker)
    remembered = memory.make_memory(persona, marker)
    memory.make_memory(persona, marker, text=f"{marker}Bo moved.", review=Review.DOUBTFUL)
    memory.make_seed(persona, memory.make_lore(persona, marker), marker, part="lore")
    said = memory.make_utterance(persona, stream.pk, marker, viewer_id=viewer.pk)
    memory.make_evidence(remembered, said)
    memory.make_vector(remembered, memory.make_embedding_engine(marker))
    memory.make_consolidation(persona, marker, stream_id=stream.pk)
    _make_show(stream, viewer, marker)
    return World(persona, stream, viewer, _make_access(stream, marker))


def _make_person(viewer: Viewer, marker: str) -> None:
    """Make all that hangs on a viewer beside the bonds."""
    identity = relationships.make_identity(viewer, marker)
    relationships.make_former_name(identity, marker)
    relationships.make_link_code(identity)
    relationships.make_refusal()
    relationships.make_request(viewer, marker)
    relationships.make_private_page(viewer)
    relationships.make_access_record(viewer, marker)
    relationships.make_merge(viewer, marker)


def _make_character(marker: str) -> Persona:
    credential = tenancy.make_credential(marker, secret=f"{marker}sk-not-a-real-key")
    brain = personas.make_brain(marker, credential=credential)
    persona = personas.make_character(marker, brain=brain).persona
    personas.make_reaction(persona, marker)
    personas.make_revision(persona, marker)
    personas.make_revision(persona, marker, number=3, state="draft", note=f"{marker}calmer")
    personas.make_experiment(persona, marker)
    personas.make_card_source(persona, marker)
    personas.make_scenario(persona, marker)
    return persona


def _channel(marker: str) -> str:
    """Return a channel's name with the marker in it, as far as such a name can hold one."""
    return f"{marker}mira".lower().replace("-", "_")


def _make_show(stream: Stream, viewer: Viewer, marker: str) -> None:
    streams.make_link(stream, _channel(marker), fault="silent", fault_at=timezone.now(), modes="slow=30, subs")
    streams.make_broadcast(stream, ended_at=timezone.now())
    event = streams.make_event(stream, marker, viewer=viewer)
    turn = streams.make_turn(stream, marker, event=event)
    streams.make_segment(turn, marker)
    _make_held(stream, marker)
    streams.make_note(stream, marker)
    streams.make_castmate(stream, stream.persona, marker)
    streams.make_part(streams.make_roleplay(stream, marker), stream.persona, marker)
    streams.make_page(stream, marker)
    streams.make_verdict(streams.make_rule(marker), marker, event=event)
    streams.make_moderation_model(marker, replacement=f"{marker}…", thresholds=f"{marker}hate 0.9")
    streams.make_effect(stream, marker)
    streams.make_command(stream, marker)
    streams.make_rehearsal(stream, marker, state=RehearsalState.WAITING, finished_at=None)


def _make_held(stream: Stream, marker: str) -> None:
    """Make a held answer and a held viewer's line."""
    answered = streams.make_event(stream, marker, state=EventState.HELD)
    thought = streams.make_turn(stream, marker, event=answered, state="held")
    streams.make_held(answered, marker, turn=thought, rule_name=f"{marker}Passwords")
    streams.make_held(streams.make_event(stream, marker, state=EventState.HELD), marker, text="")


def _make_access(stream: Stream, marker: str) -> dict[str, str]:
    tenancy.make_budget(stream)
    tenancy.make_usage(marker, stream=stream)
    made = {kind.value: tenancy.make_token(kind, marker, stream=stream) for kind in TokenKind}
    tenancy.make_ticket(made[TokenKind.DOCK][0])
    tenancy.make_kept_answer(made[TokenKind.API][0], marker)
    tenancy.make_delivery(tenancy.make_webhook(marker, stream=stream), marker)
    return {kind: secret for kind, (_row, secret) in made.items()}
