"""Which streams are due for consolidation, and that a round reads them to the end."""

import datetime as dt

import pytest
from django.utils import timezone

from memory.models import ConsolidationRun, Memory, RunKind, RunState, Utterance
from streams.models import Broadcast, Stream
from tests.factories.streams import make_broadcast
from tests.memory.said import say
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio
from workers.mind.consolidating import consolidate_stream
from workers.mind.rounds import all_due, due_now
from workers.tasks import memory as tasks

MINUTE = dt.timedelta(minutes=1)


def due() -> list[tuple[object, str]]:
    with unscoped("as the sweep"):
        return [(one.stream_id, str(one.kind)) for one in due_now(timezone.now())]


def broadcast(stream: Stream, *, began: dt.timedelta, ended: dt.timedelta | None = None) -> None:
    now = timezone.now()
    show = make_broadcast(stream, ended_at=now - ended if ended is not None else None)
    Broadcast.objects.filter(pk=show.pk).update(started_at=now - began)


def test_a_stream_on_air_is_due_every_half_hour(in_studio: Studio, stream: Stream) -> None:
    say(stream.persona, stream.pk, "I love synthwave")
    broadcast(stream, began=40 * MINUTE)

    assert due() == [(stream.pk, RunKind.INTERVAL)]

    ConsolidationRun(persona=stream.persona, stream_id=stream.pk, state=RunState.APPLIED).save()
    assert due() == []


@pytest.mark.parametrize(("ended", "is_due"), [(2 * MINUTE, True), (600 * MINUTE, False)])
def test_a_stream_is_due_when_its_broadcast_ended(
    in_studio: Studio, stream: Stream, ended: dt.timedelta, *, is_due: bool
) -> None:
    say(stream.persona, stream.pk, "I love synthwave")
    broadcast(stream, began=700 * MINUTE, ended=ended)

    assert due() == ([(stream.pk, RunKind.BROADCAST)] if is_due else [])


def test_at_night_every_stream_with_unread_words_is_due(
    in_studio: Studio, stream: Stream, other_studio: Studio, other_stream: Stream
) -> None:
    say(stream.persona, stream.pk, "I love synthwave")
    with studio_scope(other_studio.pk):
        say(other_stream.persona, other_stream.pk, "I love jazz")

    with unscoped("as the nightly round"):
        found = {(one.studio_id, one.stream_id) for one in all_due()}

    assert found == {(in_studio.pk, stream.pk), (other_studio.pk, other_stream.pk)}


def test_a_round_reads_to_the_end_and_remembers_of_known_viewers_only(in_studio: Studio, stream: Stream) -> None:
    said = say(stream.persona, stream.pk, "I love synthwave")  # by somebody there is no card of
    long_ago = uuid7().int - (60_000 << 80)
    Utterance.objects.filter(pk=said.pk).update(id=long_ago.to_bytes(16, "big").hex())

    assert consolidate_stream(stream.persona_id, stream.pk, RunKind.MANUAL) == 1
    assert consolidate_stream(stream.persona_id, stream.pk, RunKind.MANUAL) == 0

    assert not Memory.objects.exists()
    run = ConsolidationRun.objects.get()
    assert (run.engine, run.state, run.read) == ("rules", RunState.APPLIED, 1)


def test_the_tasks_run(in_studio: Studio, stream: Stream) -> None:
    with unscoped("as the sweeps"):
        tasks.sweep.run()
        tasks.nightly.run()
    tasks.tidy.run(str(stream.persona_id))
    tasks.embed.run()
    tasks.consolidate.run(str(stream.persona_id), str(stream.pk))
