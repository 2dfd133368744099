"""What is on air right now, for the dashboard and the streams' own pages. A fixed number of queries for all streams."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from streams.models import InboxEvent, Stream, StreamState, Turn
from streams.selectors.state import OPEN_TURNS
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, duration

LATENCY_TURNS = 5


@dataclass(frozen=True, slots=True)
class LiveStream:
    """A stream and what it does now.

    Attributes:
        stream: The stream, its persona, brain and voice at hand.
        standing: Chip: live, silent, panicked, off.
        is_panicked: Panic holds.
        is_muted: The voice is off.
        turn: The turn being thought of or spoken, else the last one, else None.
        is_speaking: That turn is still open.
        said: When that turn began, in words.
        waiting: Events waiting for an answer.
        latency: Median wait for the first sound of the last turns, in words.
        brain: Chip of who thinks.
        voice: Chip of who speaks.
    """

    stream: Stream
    standing: SafeString
    is_panicked: bool
    is_muted: bool
    turn: Turn | None
    is_speaking: bool
    said: SafeString
    waiting: int
    latency: str
    brain: SafeString
    voice: SafeString


def state_of(stream: Stream) -> StreamState | None:
    """Return a stream's live state, or None when it has none yet."""
    state: StreamState | None = getattr(stream, "state", None)
    return state


def is_panicked(stream: Stream) -> bool:
    """Tell whether panic holds."""
    state = state_of(stream)
    return state is not None and state.panicked_at is not None


def is_muted(stream: Stream) -> bool:
    """Tell whether the voice is off."""
    state = state_of(stream)
    return state is not None and state.is_muted


def standing_chip(stream: Stream) -> SafeString:
    """Return whether a stream is on air."""
    state, now = state_of(stream), timezone.now()
    if is_panicked(stream):
        return chip(_("Panic: silent"), Tone.BAD, "volume_off")
    if not stream.is_enabled:
        return chip(_("Off"), Tone.PLAIN, "power_settings_new")
    if state is not None and state.primary_until is not None and state.primary_until > now:
        return (
            chip(_("Muted"), Tone.CAUTION, "volume_mute") if state.is_muted else chip(_("Live"), Tone.GOOD, "sensors")
        )
    return chip(_("No stage open"), Tone.PLAIN, "sensors_off")


def live_streams(stream_id: UUID | None = None) -> list[LiveStream]:
    """Return every stream of the studio (or one) with what it does now. Four queries."""
    newest = Turn.objects.filter(stream=OuterRef("pk")).order_by("-started_at").values("pk")[:1]
    rows: QuerySet[Stream] = Stream.objects.select_related(
        "state", "persona__brain", "persona__voice", "persona__avatar"
    )
    rows = rows.filter(pk=stream_id) if stream_id else rows
    streams = list(rows.annotate(newest_turn=Subquery(newest)))
    turns = Turn.objects.defer("prompt").in_bulk([one.newest_turn for one in streams if one.newest_turn])
    waiting = _waiting(streams)
    latencies = _latencies(streams)
    return [
        _live(stream, turns.get(stream.newest_turn), waiting.get(stream.pk, 0), latencies.get(stream.pk))
        for stream in streams
    ]


def _waiting(streams: Sequence[Stream]) -> dict[UUID, int]:
    rows = InboxEvent.objects.filter(stream__in=streams, state=EventState.WAITING).order_by()
    return dict(rows.values_list("stream_id").annotate(count=Count("id")))


def _latencies(streams: Sequence[Stream]) -> dict[UUID, float]:
    """Return the median wait for the first sound by stream, from the newest turns of the last hour."""
    since = timezone.now() - dt.timedelta(hours=1)
    rows = Turn.objects.filter(stream__in=streams, started_at__gt=since).order_by("-started_at")
    waits: dict[UUID, list[float]] = {}
    for stream_id, timings in rows.values_list("stream_id", "timings")[: LATENCY_TURNS * max(1, len(streams)) * 4]:
        wait = timings.get("first_audio")
        if wait is not None and len(waits.setdefault(stream_id, [])) < LATENCY_TURNS:
            waits[stream_id].append(float(wait))
    return {stream_id: sorted(found)[len(found) // 2] for stream_id, found in waits.items() if found}


def _live(stream: Stream, turn: Turn | None, waiting: int, latency: float | None) -> LiveStream:
    state = state_of(stream)
    return LiveStream(
        stream=stream,
        standing=standing_chip(stream),
        is_panicked=is_panicked(stream),
        is_muted=is_muted(stream),
        turn=turn,
        is_speaking=turn is not None and turn.state in OPEN_TURNS,
        said=ago(turn.started_at) if turn else SafeString(""),
        waiting=waiting,
        latency=duration(latency),
        brain=_engine(state.brain_note if state else "", str(stream.persona.brain or _("Scripted brain"))),
        voice=_engine(state.voice_note if state else "", str(stream.persona.voice)),
    )


def _engine(note: str, configured: str) -> SafeString:
    """Return who works, from the note the live loop leaves: "name" or "name|trouble"."""
    name, _bar, trouble = note.partition("|")
    if trouble:
        return chip(f"{name}: {trouble}", Tone.BAD, "error")
    return chip(name or configured, Tone.PLAIN)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A thing to do before the first show.

    Attributes:
        title: What to do.
        why: What for.
        verb: What the button says.
        url: The page where it is done, or "" while another step comes first.
        is_done: It is done.
    """

    title: Any
    why: Any
    verb: Any
    url: str
    is_done: bool


def first_steps() -> list[FirstStep]:
    """Return what a new studio does first. Two queries."""
    has_persona, has_stream = Persona.objects.exists(), Stream.objects.exists()
    add_persona, add_stream = reverse("admin:personas_persona_add"), reverse("admin:streams_stream_add")
    return [
        FirstStep(
            _("Create a character"),
            _("A name, a few sentences of who it is, a voice and an avatar."),
            _("Create a character"),
            add_persona,
            has_persona,
        ),
        FirstStep(
            _("Give it a stream"),
            _("Its place on air: language, badge, subtitles."),
            _("Add a stream"),
            add_stream if has_persona else "",
            has_stream,
        ),
        FirstStep(
            _("Open its stage and dock"),
            _("One link for OBS, one for you. Write a line in the dock, and it answers."),
            _("Make links"),
            "",
            is_done=False,
        ),
    ]
