"""Moderation of what is about to be said, in the pipeline's words."""

from streams.domain.moderation import Outcome, OutGate
from streams.domain.plan import StreamConfig
from workers.turn.events import ClauseGate, Ruling, Verdict

_RULINGS = {
    Outcome.ALLOW: Ruling.ALLOW,
    Outcome.REPLACE: Ruling.REPLACE,
    Outcome.SKIP: Ruling.SKIP,
    Outcome.STOP: Ruling.STOP,
}


def gate_for(config: StreamConfig) -> ClauseGate:
    """Return the stream's rules as the pipeline's gate; the reason of a verdict is "rule id:rule name"."""
    judge = OutGate(config.rules, config.language)

    def gate(tail: str, clause: str) -> Verdict:
        judgement = judge(tail, clause)
        hit = judgement.hits[0] if judgement.hits else None
        reason = f"{hit.rule_id}:{hit.rule_name}" if hit else ""
        return Verdict(_RULINGS.get(judgement.outcome, Ruling.SKIP), judgement.text, reason)

    return gate
