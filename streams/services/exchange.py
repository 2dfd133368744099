"""What characters say after one another: the next line of an exchange or of a scene, put into the inbox when it is due.

A cue is an event like any other: it survives any process, viewers' words come before it, panic clears it, and it is
answered once. Owns nothing of a stream whose character is alone.
"""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from streams.domain.cast import Advance, Cue, ScenePlan, Spoken, chance_of, who_follows
from streams.domain.plan import StreamConfig
from streams.domain.ranks import Rank
from streams.domain.turns import TurnReport
from streams.models import InboxEvent, RolePlay, SceneState, TurnState
from streams.selectors.cast import spoke_lately
from streams.services.usage import is_over_budget
from vtcontrol.kernel.events import CUES, EventKind, EventState
from vtcontrol.kernel.ids import uuid7


def go_on(config: StreamConfig, report: TurnReport, now: dt.datetime) -> None:
    """Let the cast go on after a line, if somebody has the next one. Runs in the transaction that ends the turn.

    Nobody goes on after a line that was cut or not heard, nor once a budget is used up.

    Args:
        config: Of who spoke; the stream has a cast.
        report: How the turn ended.
        now: When.
    """
    plan = config.cast
    if plan is None or report.state != TurnState.HEARD:
        return
    if plan.scene is not None:
        plan = replace(plan, scene=_counted(plan.scene))
    speaker_id = None if config.off_stage_name else config.persona_id
    spoken = Spoken(speaker_id, report.heard_text, report.event.kind, report.event.exchange)
    cue = who_follows(plan, spoken, spoke_lately(config.stream_id), chance_of(report.turn_id))
    if cue is not None and not is_over_budget(config, now):
        put_cue(config.stream_id, cue, key=report.turn_id.hex, now=now)


def _counted(scene: ScenePlan) -> ScenePlan | None:
    """Count a line of a scene; None when it was stopped meanwhile. One that has had its lines waits for the team."""
    running = RolePlay.objects.filter(pk=scene.id, state=SceneState.RUNNING)
    if not running.update(lines_said=F("lines_said") + 1):
        return None
    row = running.only("advance", "lines_said", "lines_most").get()
    left = max(0, row.lines_most - row.lines_said)
    if not left and row.advance == Advance.AUTO:
        running.update(state=SceneState.PAUSED)
    return replace(scene, lines_left=left)


def put_cue(stream_id: UUID, cue: Cue, *, key: str, now: dt.datetime | None = None) -> None:
    """Put a character's turn into the inbox; the same key is the same turn, put there once."""
    now = now or timezone.now()
    due_at = now + dt.timedelta(seconds=cue.after_s)
    known = InboxEvent.objects.filter(stream_id=stream_id, platform=CUES, platform_id=key)
    if known.exists():
        return
    InboxEvent(
        id=uuid7(),
        stream_id=stream_id,
        platform=CUES,
        platform_id=key,
        kind=EventKind.CUE,
        addressee_id=cue.persona_id,
        exchange=cue.exchange,
        priority=Rank.CUE,
        state=EventState.WAITING,
        happened_at=now,
        received_at=due_at,
    ).save()


def halt(stream_id: UUID) -> None:
    """Pause whatever scene a stream plays; called by panic, in its transaction."""
    running = RolePlay.objects.filter(stream_id=stream_id, state=SceneState.RUNNING)
    if running.exists():
        running.update(state=SceneState.PAUSED)
