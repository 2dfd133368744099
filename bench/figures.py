"""What a bench prints: figures with median, p95, unit and count, as a table or as one JSON object."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    """The figures of one bench.

    Attributes:
        name: The bench.
        ok: No count was wrong (times are never judged here).
    """

    name: str
    ok: bool = True
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, values: Sequence[float], unit: str) -> None:
        """Add a figure from its samples."""
        ordered = sorted(values)
        middle = statistics.median(ordered) if ordered else None
        high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else None
        self.rows[name] = {
            "median": None if middle is None else round(middle, 2),
            "p95": None if high is None else round(high, 2),
            "unit": unit,
            "n": len(ordered),
        }

    def require(self, is_so: bool, note: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Note what is wrong."""
        if not is_so:
            self.ok = False
            self.notes.append(note)

    def as_json(self) -> str:
        """Return the one object."""
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
        whole = {"name": self.name, "machine": machine, "figures": self.rows, "ok": self.ok}
        if self.notes:
            whole["notes"] = self.notes
        return json.dumps(whole)

    def as_table(self) -> str:
        """Return a table for people."""
        lines = [f"{'figure':<28}{'median':>10}{'p95':>10}  unit   n"]
        lines += [
            f"{name:<28}{row['median']!s:>10}{row['p95']!s:>10}  {row['unit']:<6} {row['n']}"
            for name, row in self.rows.items()
        ]
        return "\n".join([*lines, *self.notes, "ok" if self.ok else "NOT OK"])
