"""Moderation of what is about to be said, in the pipeline's words."""

from collections.abc import Sequence

from relationships.domain.secrets import mentions, secrets_of
from streams.domain.moderation import Outcome, OutGate
from streams.domain.plan import StreamConfig
from workers.turn.events import ClauseGate, Ruling, Verdict

_RULINGS = {
    Outcome.ALLOW: Ruling.ALLOW,
    Outcome.REPLACE: Ruling.REPLACE,
    Outcome.SKIP: Ruling.SKIP,
    Outcome.STOP: Ruling.STOP,
}


NEVER_MENTIONED = "never:never mention"


def gate_for(config: StreamConfig, never: Sequence[str] = ()) -> ClauseGate:
    """Return the stream's rules as the pipeline's gate; the reason of a verdict is "rule id:rule name".

    Args:
        config: The stream's configuration.
        never: What is never to be mentioned in this answer; a clause that does is left out.
    """
    judge = OutGate(config.rules, config.language)
    secrets = secrets_of(never)

    def gate(tail: str, clause: str) -> Verdict:
        if secrets and mentions(f"{tail} {clause}", secrets):
            return Verdict(Ruling.SKIP, "", NEVER_MENTIONED)
        judgement = judge(tail, clause)
        hit = judgement.hits[0] if judgement.hits else None
        reason = f"{hit.rule_id}:{hit.rule_name}" if hit else ""
        return Verdict(_RULINGS.get(judgement.outcome, Ruling.SKIP), judgement.text, reason)

    return gate
