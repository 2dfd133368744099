"""Small pieces of HTML the admin's lists and pages share: chips, times, durations. Owns their markup; escapes all."""

import datetime as dt
import json
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

JUST_NOW_S = 45
CLIPPED = 110


class Tone(StrEnum):
    """What a chip says by its colour; its icon and word say the same."""

    PLAIN = "plain"
    ACCENT = "accent"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    NOTE = "note"


def chip(text: object, tone: Tone = Tone.PLAIN, icon: str = "") -> SafeString:
    """Return a short labelled mark."""
    symbol = format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', icon) if icon else ""
    return format_html('<span class="vt-chip" data-tone="{}">{}{}</span>', tone.value, symbol, text)


def nothing() -> SafeString:
    """Return the mark for an empty cell."""
    return format_html('<span class="vt-muted">{}</span>', "—")


def readable(value: Any) -> SafeString:
    """Return a structured value for reading: words in a row, topics with their lines, else indented JSON."""
    if value in (None, "", [], {}):
        return nothing()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return format_html_join(" ", "{}", ((chip(word),) for word in value))
    if isinstance(value, dict) and all(_is_lines(lines) for lines in value.values()):
        parts = (f"[{topic}]\n" + "\n".join(lines) for topic, lines in value.items())
        return format_html('<pre class="vt-text">{}</pre>', "\n\n".join(parts))
    return format_html('<pre class="vt-text">{}</pre>', json.dumps(value, ensure_ascii=False, indent=2))


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def ago(moment: dt.datetime | None) -> SafeString:
    """Return a past time in words, with the exact one on hover."""
    if moment is None:
        return nothing()
    passed = (timezone.now() - moment).total_seconds()
    words = _("just now") if abs(passed) < JUST_NOW_S else _("%(time)s ago") % {"time": timesince(moment, depth=1)}
    return _time(moment, words)


def until(moment: dt.datetime | None) -> SafeString:
    """Return a time ahead in words, with the exact one on hover; a past one is called so."""
    if moment is None:
        return nothing()
    if moment <= timezone.now():
        return _time(moment, _("over"))
    return _time(moment, _("in %(time)s") % {"time": timesince(timezone.now(), moment, depth=1)})


def _time(moment: dt.datetime, words: str) -> SafeString:
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<time class="vt-time" datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


def duration(milliseconds: float | None) -> str:
    """Return a duration in words: milliseconds below one second, else seconds."""
    if milliseconds is None:
        return "—"
    if milliseconds < 1000:
        return _("%(count)d ms") % {"count": round(milliseconds)}
    return _("%(count).1f s") % {"count": milliseconds / 1000}


def clipped(text: str, length: int = CLIPPED) -> SafeString:
    """Return the beginning of a long text, with all of it (up to a page) on hover."""
    flat = " ".join(text.split())
    if not flat:
        return nothing()
    if len(flat) <= length:
        return format_html("{}", flat)
    return format_html('<span title="{}">{}…</span>', flat[:2000], flat[: length - 1].rstrip())
