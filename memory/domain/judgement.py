"""What becomes of a proposal: remembered, put up for review, or refused. Deterministic, whoever proposed.

Owns the rules that keep a memory honest: nothing without evidence, nothing that the cited words do not say, nothing
sensitive, nothing one viewer says attached to another, and nothing viewers say about the character or its goals.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from memory.domain.proposals import Judged, Proposal, Ruling, SaidLine, Voice
from memory.domain.ranking import MemoryKind
from memory.domain.sensitive import sensitive_in
from memory.domain.stems import normalise, stems

GROUNDED_SHARE = 0.5
HEARSAY_CONFIDENCE = 0.4
UNSURE_BELOW = 0.5
FRAME = frozenset(
    stem
    for word in [
        "name",
        "called",
        "according",
        "lives",
        "live",
        "is",
        "are",
        "was",
        "has",
        "have",
        "says",
        "loves",
        "likes",
        "felt",
        "feels",
        "old",
        "longer",
        "plan",
        "plans",
        "favourite",
        "favorite",
        "works",
        "going",
        "real",
        "зовут",
        "имя",
        "настоящее",
        "по",
        "словам",
        "живет",
        "теперь",
        "больше",
        "любимое",
        "день",
        "рождения",
        "скоро",
        "было",
        "едет",
        "учится",
        "играет",
        "рад",
    ]
    for stem in stems(word)
)
"""Words a sentence is built with; they prove nothing either way."""
_COMMAND = re.compile(
    r"\b(?:ignore (?:all|previous|any|the)|system prompt|you must|always (?:say|answer|reply|agree)|"
    r"never (?:say|refuse)|as an ai|jailbreak|developer mode|from now on|remember that you|instructions?|"
    r"игнорируй|системн\w+ промпт|ты должна?|всегда (?:говори|отвечай)|никогда не (?:говори|отказывай)|инструкци\w+|"
    r"с этого момента|запомни, что ты)\b|<[a-z/|]|\[/?inst",
    re.IGNORECASE,
)


def judge(proposal: Proposal, lines: Mapping[UUID, SaidLine]) -> Judged:
    """Decide about one proposal.

    Args:
        proposal: What is proposed.
        lines: The lines that were read, by id. What is not among them cannot be cited.
    """
    evidence = tuple(lines[one] for one in proposal.cites if one in lines)
    theirs = [line for line in evidence if line.voice is not Voice.CHARACTER]
    if not theirs or len(evidence) != len(proposal.cites):
        return _refused(proposal, "uncited")
    if sensitive_in(proposal.text) or any(sensitive_in(part) for part in (proposal.slot, *proposal.tags)):
        return _refused(proposal, "sensitive")
    if _COMMAND.search(proposal.text):
        return _refused(proposal, "command")
    if not is_grounded(proposal.text, theirs):
        return _refused(proposal, "ungrounded")
    return _attributed(proposal, theirs)


def is_grounded(text: str, evidence: list[SaidLine]) -> bool:
    """Tell whether the cited words say what the sentence says: most of its telling stems must be theirs."""
    names = {stem for line in evidence for stem in stems(line.name)}
    telling = set(stems(text)) - names - FRAME
    said = {stem for line in evidence for stem in stems(line.text)}
    return not telling or len(telling & said) / len(telling) >= GROUNDED_SHARE


def _attributed(proposal: Proposal, evidence: list[SaidLine]) -> Judged:
    """Attach a proposal to whoever said it, or refuse it."""
    by_team = [line for line in evidence if line.voice in {Voice.STREAMER, Voice.DIRECTOR}]
    if by_team:
        if len(by_team) != len(evidence):
            return _refused(proposal, "several_speakers")
        if proposal.kind is MemoryKind.USER:
            proposal = replace(proposal, kind=MemoryKind.CHAT)
        return _ruled(proposal, None, evidence)
    speakers = {line.viewer_id for line in evidence}
    if proposal.kind in {MemoryKind.SELF, MemoryKind.OBJECTIVES}:
        return _refused(proposal, "not_theirs_to_say")
    if len(speakers) != 1:
        return _refused(proposal, "several_speakers")
    viewer_id = speakers.pop()
    if viewer_id is None:
        return _refused(proposal, "not_remembered")
    return _ruled(proposal, viewer_id, evidence)


def _ruled(proposal: Proposal, viewer_id: UUID | None, evidence: list[SaidLine]) -> Judged:
    is_hearsay = proposal.kind is MemoryKind.THIRD_PARTY
    if is_hearsay or (viewer_id is not None and not _names_speaker(proposal.text, evidence)):
        hearsay = replace(
            proposal,
            kind=MemoryKind.THIRD_PARTY,
            confidence=min(HEARSAY_CONFIDENCE, proposal.confidence),
            slot="",
            is_end=False,
        )
        return Judged(hearsay, Ruling.DOUBT, "third_party", viewer_id, tuple(evidence))
    if proposal.confidence < UNSURE_BELOW:
        return Judged(proposal, Ruling.DOUBT, "unsure", viewer_id, tuple(evidence))
    return Judged(proposal, Ruling.ACCEPT, "", viewer_id, tuple(evidence))


def _names_speaker(text: str, evidence: list[SaidLine]) -> bool:
    """Tell whether the sentence is about its speaker: it begins with their name (or what the name begins with)."""
    start = normalise(text).lstrip("@\"'“«")
    return any(start.startswith(normalise(line.name).strip().lstrip("@")) for line in evidence if line.name.strip())


def _refused(proposal: Proposal, reason: str) -> Judged:
    return Judged(proposal, Ruling.REJECT, reason)
