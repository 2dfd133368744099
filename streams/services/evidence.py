"""What a turn leaves as evidence: the words that were heard, and the rules that fired."""

import datetime as dt
from typing import Any

from memory.models import Speaker, Utterance
from streams.domain.plan import StreamConfig
from streams.domain.turns import TurnReport
from streams.models import Verdict
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.compiled import CompiledInsert

UTTERANCES_KEPT = dt.timedelta(days=30)
_ADD_UTTERANCE = CompiledInsert(Utterance)


def write_utterances(config: StreamConfig, report: TurnReport, now: dt.datetime) -> None:
    """Keep what was heard, and what it answered, as history and evidence; nothing when nothing was heard.

    What a viewer wrote was said when its event came in: noticing finds it by that moment.
    """
    heard = report.heard_text
    if not heard:
        return
    common: dict[str, Any] = {"persona_id": config.persona_id, "stream_id": config.stream_id, "turn_id": report.turn_id}
    common |= {"viewer_id": report.event.viewer_id, "expires_at": now + UTTERANCES_KEPT}
    rows = []
    is_kept = report.reason != "deleted" and report.event.kind != EventKind.DIRECTOR_SAY
    if report.event.text and is_kept:
        name, at = report.event.author_name, report.event.received_at
        rows.append(Utterance(speaker=Speaker.VIEWER, name=name, text=report.event.text, said_at=at, **common))
    speaker = Speaker.DIRECTOR if config.off_stage_name else Speaker.CHARACTER
    rows.append(Utterance(speaker=speaker, name=config.persona.name, text=heard, said_at=now, **common))
    _ADD_UTTERANCE.add(*rows)


def write_verdicts(report: TurnReport) -> None:
    """Keep which rules fired on what was about to be said."""
    rows = [
        Verdict(rule_id=one.rule_id, rule_name=one.rule_name, turn_id=report.turn_id, action=one.action)
        for one in report.firings
    ]
    if rows:
        Verdict.objects.bulk_create(rows)
