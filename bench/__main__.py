"""`python -m bench NAME [--json]`: runs a bench and prints its figures."""

import argparse
import importlib
import sys
from pathlib import Path

NAMES = {"context", "fanout", "formats", "hour", "memory", "moderation", "stage", "turn"}
BENCHES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem in NAMES))


def main() -> int:
    """Run one bench; the exit code says whether its counts are right."""
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    figures = importlib.import_module(f"bench.{options.name}").run()
    print(figures.as_json() if options.json else figures.as_table())
    return 0 if figures.ok else 1


if __name__ == "__main__":
    sys.exit(main())
