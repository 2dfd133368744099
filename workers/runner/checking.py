"""The moderation model asked beside a turn: what it is shown, how long it is waited for, what its opinion comes to.

Owns the deadline and the words for a verdict. What counts is `streams.domain.model_check`, when it is asked the
pipeline's business, how it is reached `workers.providers`.
"""

import asyncio
from dataclasses import replace

from streams.domain.model_check import Missing
from streams.domain.plan import CheckSpec, StreamConfig
from streams.domain.rules import Action, RuleScope
from streams.domain.turns import Claim
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.events import EventKind
from vtcontrol.kernel.ports import Moderator
from workers.turn.events import Ruling, Verdict

ASKED_LONGEST = 2_500  # characters: more than a line of chat with its name has
NO_VERDICT = "no verdict"
_QUESTIONS = {Action.WARN: Ruling.ALLOW, Action.HOLD: Ruling.HOLD}
_CLAUSES = {
    Action.WARN: Ruling.ALLOW,
    Action.REPLACE: Ruling.REPLACE,
    Action.HOLD: Ruling.HOLD,
    Action.STOP: Ruling.STOP,
}
_ALLOWED = Verdict()


def check_for(config: StreamConfig, claim: Claim, moderator: Moderator | None) -> "ModelCheck | None":
    """Return who is asked about a turn beside the rules; None where nobody is.

    What the team says itself, or let through, is not asked about again: neither as a question, nor by a model that only
    has people asked.
    """
    spec = config.check
    if spec is None or moderator is None:
        return None
    is_decided = claim.approved is not None or claim.event.kind == EventKind.DIRECTOR_SAY
    if spec.policy.action is Action.HOLD:
        if is_decided and config.approval.is_on:
            return None
        if not config.approval.is_on:
            spec = _doing(spec, Action.DROP)
    event = claim.event
    is_asked = not is_decided and not event.is_let_in and event.kind != EventKind.CUE
    question = question_of(event.author_name, event.text) if is_asked else ""
    return ModelCheck(spec, moderator, question)


def check_rehearsed(config: StreamConfig, question: str, moderator: Moderator | None) -> "ModelCheck | None":
    """Return who is asked about a rehearsed answer; None where nobody is. Nobody waits: what would is only noted.

    Args:
        config: The side that is tried.
        question: What is answered, with its writer's name.
        moderator: Who stands behind the stream's moderation model.
    """
    spec = config.check
    if spec is None or moderator is None:
        return None
    if spec.policy.action is Action.HOLD:
        spec = _doing(spec, Action.WARN if config.approval.is_on else Action.DROP)
    return ModelCheck(spec, moderator, question)


def question_of(name: str, text: str) -> str:
    """Return what a moderation model is shown of a line: its words, with the name of whoever wrote it."""
    return ": ".join(filter(None, (name, text)))


def _doing(spec: CheckSpec, action: Action) -> CheckSpec:
    return replace(spec, policy=replace(spec.policy, action=action))


class ModelCheck:
    """A moderation model as the pipeline's `AnswerCheck`.

    Args:
        spec: What counts, what is done then, and the deadline.
        moderator: Who is asked.
        question: What the turn answers, with the name of whoever wrote it; "" when there is nothing to judge.

    Attributes:
        was_asked: The model was shown something.
    """

    def __init__(self, spec: CheckSpec, moderator: Moderator, question: str) -> None:
        self.name = spec.label
        self.deadline_s = spec.deadline_ms / 1000
        self._spec = spec
        self._moderator = moderator
        self._question = question
        self.was_asked = False

    async def question(self) -> Verdict:
        """Judge what is answered."""
        if self._spec.policy.scope is RuleScope.OUT or not self._question:
            return _ALLOWED
        verdict = await self._judged(self._question, within_s=self.deadline_s)
        ruling = _QUESTIONS.get(self._spec.policy.action, Ruling.DROP)
        return replace(verdict, ruling=ruling, text=self._question) if verdict.reason else verdict

    async def clause(self, tail: str, clause: str) -> Verdict:
        """Judge a clause together with what stands before it."""
        if self._spec.policy.scope is RuleScope.IN:
            return _ALLOWED
        return self._ruled(await self._judged(f"{tail} {clause}".strip()))

    def late(self, clause: str) -> Verdict:
        """Return what is done about a clause nobody judged in time."""
        return self._ruled(self._missed(Fault.TIMEOUT))

    def _ruled(self, verdict: Verdict) -> Verdict:
        """Return what is done about a clause."""
        policy = self._spec.policy
        ruling = _CLAUSES.get(policy.action, Ruling.SKIP)
        return replace(verdict, ruling=ruling, text=policy.replacement) if verdict.reason else verdict

    async def _judged(self, text: str, within_s: float | None = None) -> Verdict:
        """Return what is wrong with a text as a verdict's reason, or why nobody said."""
        policy, self.was_asked = self._spec.policy, True
        try:
            async with asyncio.timeout(within_s):
                assessment = await self._moderator.assess(text[-ASKED_LONGEST:])
        except ProviderFailed as failed:
            return self._missed(failed.fault)
        except TimeoutError:
            return self._missed(Fault.TIMEOUT)
        found = policy.finding(assessment)
        return Verdict(reason=self._reason(found)) if found else _ALLOWED

    def _missed(self, fault: Fault) -> Verdict:
        is_flagged = self._spec.policy.missing is Missing.FLAG
        return Verdict(reason=self._reason(NO_VERDICT) if is_flagged else "", fault=fault)

    def _reason(self, found: str) -> str:
        return f"model:{self._spec.name}: {found}"
