"""The verdict of a smoke test: was the character really heard? Pure."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workers.smoke.ears import TurnHeard

SHORTEST_MS = 200
SILENCE = 0.003
"""Root mean square below which a voice is silence: 50 dB below full scale."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was heard.

    Attributes:
        ok: The character was really heard: answered, voiced, audible, and nothing of it lost.
        text: What it said.
        emotion: How it felt, at first.
        first_audio_ms: From posting the line to the first chunk of the voice, or None.
        audio_ms: Length of the voice.
        visemes: Mouth shapes.
        gaps: Chunks lost, out of order or too late to play without a break, and seams that click.
        stages: The turn's stages, in milliseconds since the line was accepted.
        reason: Why it is not ok, or "".
    """

    ok: bool = False
    text: str = ""
    emotion: str = ""
    first_audio_ms: int | None = None
    audio_ms: int = 0
    visemes: int = 0
    gaps: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the report as `smoke --json` prints it; `reason` is there only when something is wrong."""
        names = ("ok", "text", "emotion", "first_audio_ms", "audio_ms", "visemes", "gaps", "stages")
        told = {name: getattr(self, name) for name in names}
        return told if self.ok else told | {"reason": self.reason}

    def lines(self) -> list[str]:
        """Return the report for a person."""
        first = "–" if self.first_audio_ms is None else _("%(ms)d ms after the line") % {"ms": self.first_audio_ms}
        shapes = ngettext("%(count)d mouth shape", "%(count)d mouth shapes", self.visemes) % {"count": self.visemes}
        gaps = ngettext("%(count)d gap", "%(count)d gaps", self.gaps) % {"count": self.gaps}
        rows = [
            (_("Said"), self.text or "–"),
            (_("Emotion"), self.emotion or "–"),
            (_("First audio"), first),
            (_("Voice"), f"{self.audio_ms / 1000:.1f} s, {shapes}, {gaps}"),
        ]
        if self.stages:
            steps = sorted(self.stages.items(), key=lambda stage: stage[1])
            rows.append((_("Stages"), ", ".join(f"{name} {at:.0f}" for name, at in steps) + " ms"))
        width = max(len(head) for head, _words in rows)
        verdict = _("The character was heard.") if self.ok else _("Not heard: %(reason)s") % {"reason": self.reason}
        return [verdict, *(f"  {head:<{width}}  {words}" for head, words in rows)]


def judge(outcome: dict[str, Any], heard: TurnHeard | None, *, posted_at: float, is_muted: bool) -> Report:
    """Return the report on one line of chat.

    Args:
        outcome: What became of it (`GET /api/v1/streams/{id}/events/{event}`), ended.
        heard: The turn as it came over the stage socket, or None when nothing did.
        posted_at: When the line was sent, on the clock of `heard`.
        is_muted: The character's voice is off on the pages.
    """
    turn = outcome.get("turn") or {}
    stages = {str(name): float(at) for name, at in (turn.get("timings") or {}).items()}
    reason = _why_not(outcome, turn, heard, is_muted=is_muted)
    heard = heard or TurnHeard("")
    waited_s = None if heard.first_audio_at is None else heard.first_audio_at - posted_at
    return Report(
        ok=not reason,
        text=heard.text or str(turn.get("text") or ""),
        emotion=str(turn.get("emotion") or heard.emotion),
        first_audio_ms=None if waited_s is None else round(waited_s * 1000),
        audio_ms=heard.audio_ms,
        visemes=heard.visemes,
        gaps=heard.gaps,
        stages=stages,
        reason=reason,
    )


def _why_not(outcome: dict[str, Any], turn: dict[str, Any], heard: TurnHeard | None, *, is_muted: bool) -> str:
    """Return why the character was not really heard, or ""."""
    if not turn:
        how = {"state": outcome.get("state"), "reason": outcome.get("reason") or "–"}
        return _("the line was not answered: %(state)s (%(reason)s).") % how
    if heard is None or not heard.segments:
        return _("nothing of the answer reached the stage socket.")
    if heard.is_stopped or turn.get("state") != "heard":
        how = {"state": turn.get("state"), "reason": turn.get("reason") or "–"}
        return _("the answer did not end well: %(state)s (%(reason)s).") % how
    if heard.lost:
        return _("parts of the voice were lost or came out of order.")
    if heard.audio_ms < SHORTEST_MS:
        return _("the answer came without a voice.")
    if heard.loudness() < SILENCE:
        return _("the voice is silence.")
    return _("the character is muted.") if is_muted else ""
