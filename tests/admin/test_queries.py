"""Lists and pages ask the database as often for many rows as for one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.admin.pages import address
from tests.factories import memory, personas, relationships, streams, tenancy
from tests.factories.tenancy import make_member
from tests.factories.world import World
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Studio

MOST = 10
More = Callable[[World, int], Any]


def _character(world: World, number: int) -> Any:
    brain = personas.make_brain(f"{number}-", credential=tenancy.make_credential(f"{number}-"))
    return personas.make_persona(f"{number}-", brain=brain)


def _bond(world: World, number: int) -> Any:
    viewer = relationships.make_viewer(f"{number}-")
    relationships.make_identity(viewer, f"{number}-")
    return relationships.make_interaction(relationships.make_relationship(viewer, world.persona))


def _turn(world: World, number: int) -> Any:
    event = streams.make_event(world.stream, f"{number}-", viewer=relationships.make_viewer(f"{number}-"))
    return streams.make_turn(world.stream, event=event)


def _verdict(world: World, number: int) -> Any:
    rule = streams.make_rule(f"{number}-")
    return streams.make_verdict(rule, event=streams.make_event(world.stream, f"{number}-"))


def _moderation_model(world: World, number: int) -> Any:
    key = tenancy.make_credential(f"guard{number}-")
    model = streams.make_moderation_model(f"{number}-", credential=key)
    streams.make_stream(_character(world, number), f"{number}-", moderation_model=model)


def _show(world: World, number: int) -> Any:
    return streams.make_stream(_character(world, number), f"{number}-")


MORE: dict[str, More] = {
    "personas.persona": _character,
    "personas.brain": _character,
    "personas.voice": lambda world, number: personas.make_voice(
        f"{number}-", credential=tenancy.make_credential(f"{number}-")
    ),
    "personas.avatar": lambda world, number: personas.make_avatar(f"{number}-"),
    "personas.emotion": lambda world, number: personas.make_emotions(_character(world, number)),
    "personas.reaction": lambda world, number: personas.make_reaction(_character(world, number)),
    "personas.scenario": lambda world, number: personas.make_scenario(_character(world, number)),
    "personas.revision": lambda world, number: personas.make_revision(_character(world, number)),
    "personas.experiment": lambda world, number: personas.make_experiment(_character(world, number)),
    "memory.memory": lambda world, number: memory.make_memory(
        _character(world, number), f"{number}-", viewer_id=relationships.make_viewer().pk
    ),
    "memory.lore": lambda world, number: memory.make_lore(_character(world, number)),
    "memory.embeddingengine": lambda _world, number: memory.make_embedding_engine(f"{number}-", is_enabled=False),
    "memory.utterance": lambda world, number: memory.make_utterance(_character(world, number), world.stream.pk),
    "memory.consolidationrun": lambda world, number: memory.make_consolidation(_character(world, number)),
    "relationships.viewer": _bond,
    "relationships.relationship": _bond,
    "relationships.interaction": _bond,
    "relationships.privacyrequest": lambda world, number: relationships.make_request(world.viewer, f"{number}-"),
    "relationships.accessrecord": lambda world, number: relationships.make_access_record(world.viewer, f"{number}-"),
    "streams.stream": _show,
    "streams.channellink": lambda world, number: streams.make_link(_show(world, number), f"channel{number}"),
    "streams.broadcast": lambda world, number: streams.make_broadcast(_show(world, number)),
    "streams.inboxevent": _turn,
    "streams.turn": _turn,
    "streams.directornote": lambda world, number: streams.make_note(_show(world, number)),
    "streams.moderationrule": _verdict,
    "streams.verdict": _verdict,
    "streams.moderationmodel": _moderation_model,
    "streams.obseffect": lambda world, number: streams.make_effect(_show(world, number)),
    "streams.command": lambda world, number: streams.make_command(_show(world, number)),
    "streams.rehearsalrun": lambda world, number: streams.make_rehearsal(_show(world, number)),
    "tenancy.membership": lambda world, number: make_member(world.stream.studio, MemberRole.OBSERVER, f"o{number}"),
    "tenancy.credential": lambda world, number: tenancy.make_credential(f"{number}-"),
    "tenancy.apitoken": lambda world, number: tenancy.make_token(TokenKind.DOCK, stream=_show(world, number)),
    "tenancy.budget": lambda world, number: tenancy.make_budget(_show(world, number)),
    "tenancy.usage": lambda world, number: tenancy.make_usage(stream=_show(world, number)),
}


def _count(client: Client, url: str) -> int:
    client.get(url)  # the process remembers content types from here on
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("label", MORE)
def test_a_list_of_many_asks_no_more_than_a_list_of_one(
    label: str, as_owner: Client, world: World, studio: Studio
) -> None:
    url = address(apps.get_model(label), "changelist")
    with studio_scope(studio.pk):
        MORE[label](world, 0)
    few = _count(as_owner, url)

    with studio_scope(studio.pk):
        for number in range(1, 5):
            MORE[label](world, number)

    assert _count(as_owner, url) == few
    assert few <= MOST


def test_the_control_room_asks_as_much_for_five_streams_as_for_one(
    as_owner: Client, world: World, studio: Studio
) -> None:
    few = _count(as_owner, "/admin/")

    with studio_scope(studio.pk):
        for number in range(4):
            streams.make_turn(_show(world, number))
            _turn(world, 10 + number)

    assert _count(as_owner, "/admin/") == few
    assert few <= 12


def test_why_it_said_that_asks_as_much_for_many_clauses(as_owner: Client, world: World, studio: Studio) -> None:
    with studio_scope(studio.pk):
        turn = _turn(world, 1)
    few = _count(as_owner, address(turn))

    with studio_scope(studio.pk):
        for number in range(6):
            streams.make_segment(turn, number=number)

    assert _count(as_owner, address(turn)) == few
    assert few <= MOST


def test_a_persona_with_many_emotions_asks_no_more(as_owner: Client, world: World, studio: Studio) -> None:
    few = _count(as_owner, address(world.persona))

    with studio_scope(studio.pk):
        for kind in ("donation", "gift", "follow"):
            personas.make_reaction(world.persona, kind=kind)

    assert _count(as_owner, address(world.persona)) == few


def test_deleting_counts_what_hangs_on_a_row_instead_of_loading_it(
    as_owner: Client, world: World, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        persona = _character(world, 1)
        for number in range(30):
            memory.make_memory(persona, f"LONG-{number}-")

    text = as_owner.get(address(persona, "delete")).content.decode()

    assert "Memories: 30" in text
    assert "LONG-" not in text
