"""Streams, what came in, what was said, and the rules of what may be said."""

import datetime as dt
from typing import Any

from django.utils import timezone

from personas.models import Persona
from relationships.models import Viewer
from streams.models import (
    Broadcast,
    ChannelLink,
    Command,
    DirectorNote,
    HeldLine,
    InboxEvent,
    ModerationModel,
    ModerationRule,
    ObsEffect,
    RehearsalAnswer,
    RehearsalRun,
    RehearsalSource,
    RehearsalState,
    RolePart,
    RolePlay,
    Segment,
    StagePage,
    Stream,
    StreamCharacter,
    Turn,
    TurnState,
    Verdict,
)
from tests.factories.rows import create
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.kernel.ids import uuid7


def make_stream(persona: Persona, marker: str = "", **fields: Any) -> Stream:
    """A stream; saving it makes its `StreamState` (`stream.state`) and its layout."""
    return create(Stream, **{"name": f"{marker}Evening show", "persona": persona, **fields})


def make_castmate(stream: Stream, persona: Persona, marker: str = "", **fields: Any) -> StreamCharacter:
    """A further character on the stream's stage."""
    about = f"{marker}A pirate captain."
    return create(StreamCharacter, **{"stream": stream, "persona": persona, "about": about, **fields})


def make_roleplay(stream: Stream, marker: str = "", **fields: Any) -> RolePlay:
    scene = f"{marker}A lighthouse in a storm."
    usual = {"stream": stream, "name": f"{marker}The lighthouse", "scene": scene, "state": "paused"}
    return create(RolePlay, **{**usual, **fields})


def make_part(roleplay: RolePlay, persona: Persona, marker: str = "", **fields: Any) -> RolePart:
    texts = {"role": f"{marker}the keeper", "goal": f"{marker}Keep the lamp lit.", "secret": f"{marker}She is asleep."}
    return create(RolePart, **{"roleplay": roleplay, "persona": persona, **texts, **fields})


def make_page(stream: Stream, marker: str = "", **fields: Any) -> StagePage:
    """A stage page that is open now; the stream's layout came with the stream."""
    return create(
        StagePage, **{"stream": stream, "page": f"{marker}{uuid7().hex[:20]}", "seen_at": timezone.now(), **fields}
    )


def make_link(stream: Stream, channel: str = "mira", **fields: Any) -> ChannelLink:
    return create(ChannelLink, stream=stream, channel=channel, **fields)


def make_held(event: InboxEvent, marker: str = "", *, turn: Turn | None = None, **fields: Any) -> HeldLine:
    now = timezone.now()
    return create(
        HeldLine,
        **{
            "stream": event.stream,
            "event": event,
            "turn": turn,
            "held_by": "stream",
            "text": f"{marker}[joy] Cats? Always.",
            "held_at": now,
            "expires_at": now + dt.timedelta(seconds=60),
            **fields,
        },
    )


def make_broadcast(stream: Stream, **fields: Any) -> Broadcast:
    return create(Broadcast, stream=stream, **fields)


def make_event(stream: Stream, marker: str = "", *, viewer: Viewer | None = None, **fields: Any) -> InboxEvent:
    now = timezone.now()
    return create(
        InboxEvent,
        **{
            "stream": stream,
            "viewer": viewer,
            "platform": "dock",
            "platform_id": f"{marker}{uuid7()}",
            "kind": EventKind.CHAT,
            "author_id": f"{marker}1001",
            "author_name": f"{marker}Bo",
            "text": f"{marker}Do you like cats?",
            "state": EventState.WAITING,
            "happened_at": now,
            "received_at": now,
            **fields,
        },
    )


def make_turn(stream: Stream, marker: str = "", *, event: InboxEvent | None = None, **fields: Any) -> Turn:
    """A turn that was heard to its end."""
    now = timezone.now()
    return create(
        Turn,
        **{
            "stream": stream,
            "persona": stream.persona,
            "event": event,
            "fence": 1,
            "state": TurnState.HEARD,
            "text": f"{marker}Cats? I am more of an owl person.",
            "heard_text": f"{marker}Cats? I am more of an owl person.",
            "emotion": "joy",
            "brain": f"{marker}scripted",
            "voice": f"{marker}espeak",
            "timings": {"first_audio": 85},
            "started_at": now,
            "finished_at": now,
            **fields,
        },
    )


def make_segment(turn: Turn, marker: str = "", *, number: int = 0) -> Segment:
    return create(
        Segment,
        turn=turn,
        number=number,
        text=f"{marker}Cats?",
        emotion="joy",
        engine=f"{marker}espeak",
        audio_ms=700,
        heard_ms=700,
    )


def make_note(stream: Stream, marker: str = "") -> DirectorNote:
    return create(DirectorNote, stream=stream, text=f"{marker}Mention the charity drive.")


def make_rule(marker: str = "", **fields: Any) -> ModerationRule:
    return create(
        ModerationRule,
        **{
            "name": f"{marker}No spoilers",
            "kind": "words",
            "content": f"{marker}spoiler",
            "replacement": f"{marker}…",
            **fields,
        },
    )


def make_moderation_model(marker: str = "", **fields: Any) -> ModerationModel:
    usual = {"name": f"{marker}Guard", "base_url": "http://localhost:9/v1", "model": f"{marker}moderation"}
    return create(ModerationModel, **{**usual, **fields})


def make_verdict(rule: ModerationRule, marker: str = "", *, event: InboxEvent | None = None) -> Verdict:
    return create(Verdict, rule=rule, rule_name=f"{marker}No spoilers", event=event, action="drop")


def make_effect(stream: Stream, marker: str = "") -> ObsEffect:
    return create(
        ObsEffect,
        stream=stream,
        trigger=f"{marker}joy",
        request="SetCurrentProgramScene",
        arguments={"sceneName": f"{marker}Close-up"},
    )


def make_command(stream: Stream, marker: str = "") -> Command:
    return create(
        Command,
        stream=stream,
        link="obs",
        request="SetCurrentProgramScene",
        arguments={"sceneName": f"{marker}Close-up"},
        deadline_at=timezone.now() + dt.timedelta(seconds=5),
    )


def make_rehearsal(stream: Stream, marker: str = "", **fields: Any) -> RehearsalRun:
    """A rehearsal of one line that is over, with its answer."""
    now = timezone.now()
    run = create(
        RehearsalRun,
        **{
            "stream": stream,
            "persona": stream.persona,
            "tried_label": f"{marker}On air",
            "source": RehearsalSource.OWN,
            "scenarios": [{"name": f"{marker}Hello", "script": f"{marker}Mia: hi"}],
            "state": RehearsalState.DONE,
            "total": 1,
            "done": 1,
            "finished_at": now,
            "expires_at": now + dt.timedelta(days=1),
            **fields,
        },
    )
    make_rehearsed(run, marker)
    return run


def make_rehearsed(run: RehearsalRun, marker: str = "", **fields: Any) -> RehearsalAnswer:
    return create(
        RehearsalAnswer,
        **{
            "run": run,
            "scenario": 0,
            "step": 0,
            "side": "tried",
            "kind": "chat",
            "said_name": f"{marker}Mia",
            "said_text": f"{marker}hi",
            "text": f"{marker}Hello Mia!",
            "outcome": "spoken",
            "emotions": ["joy"],
            "findings": [{"check": "answered", "ok": True}],
            "prompt": [{"role": "system", "content": f"{marker}You are Mira."}],
            **fields,
        },
    )
