"""When prompts may quote somebody: how long what was said stays among the last lines of a conversation. Pure."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence

Window = tuple[dt.datetime, dt.datetime]
"""First and last moment, both within."""


def quoting_windows(
    theirs: Sequence[dt.datetime], everything: Sequence[dt.datetime], *, further: int, until: dt.datetime
) -> list[Window]:
    """Return when one conversation may quote one person, in order; windows do not overlap.

    Each thing they said opens a window; it ends with the line after `further` later ones, or with `until`.

    Args:
        theirs: When they said something, in order.
        everything: When anybody said something, in order; `theirs` is part of it.
        further: So many later lines may still quote a line.
        until: When a window ends that not enough lines followed.
    """
    windows: list[Window] = []
    for at in theirs:
        place = bisect_right(everything, at) + further
        last = everything[place] if place < len(everything) else max(at, until)
        if windows and at <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], last))
        else:
            windows.append((at, last))
    return windows
