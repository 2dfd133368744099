"""Prepares the checkout's own Python environment, then starts what `./run` was asked for.

Owns the command line of `./run`. Imports the standard library and its neighbours only, asks nothing, and knows of the
project just its entry points: what a command does is the command's business.
"""

from __future__ import annotations

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("vtcontrol needs Python 3.11, 3.12 or 3.13, and this is Python {}.{}.".format(*sys.version_info[:2]))

# The neighbours need a Python that has passed the test above.
import argparse
import signal
from collections.abc import Sequence
from pathlib import Path

from environment import Environment, environment_of
from needs import npm, prepare_node, require_programs
from terminal import CannotStart, become, call, explain_error, say
from words import said

CHECKOUT = Path(__file__).resolve().parent.parent
USAGE = """\
./run [--port N] [--data-dir DIR] [--no-input]   start vtcontrol, everything in one process
       ./run test [pytest arguments]                    run all checks and tests, or just the given tests
       ./run bench NAME [--json]                        measure how fast it is on this machine
       ./run manage COMMAND [arguments]                 run a Django management command"""
EPILOG = """\
environment:
  VTCONTROL_VENV  the folder of the Python environment (default: .venv in the checkout)"""


def studio(environment: Environment, arguments: Sequence[str]) -> int:
    """Starts everything in one process."""
    options = studio_parser().parse_args(arguments)
    environment.prepare("base")
    command = [environment.python, str(CHECKOUT / "manage.py"), "studio"]
    if options.port is not None:
        command += ["--port", str(options.port)]
    if options.data_dir is not None:
        command += ["--data-dir", str(options.data_dir.expanduser().absolute())]
    if options.no_input:
        command += ["--no-input"]
    return become(command)


def studio_parser() -> argparse.ArgumentParser:
    """Returns the parser of a start's own options, which also prints the help of `./run`."""
    parser = argparse.ArgumentParser(
        prog="./run",
        usage=said(USAGE),
        epilog=said(EPILOG),
        allow_abbrev=False,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--port", type=int, metavar="N", help=said("the port of the admin and the pages"))
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help=said("the folder of database, media and keys"))
    parser.add_argument("--no-input", action="store_true", help=said("ask nothing"))
    return parser


def manage(environment: Environment, arguments: Sequence[str]) -> int:
    """Runs a management command."""
    environment.prepare("base")
    return become([environment.python, str(CHECKOUT / "manage.py"), *arguments])


def bench(environment: Environment, arguments: Sequence[str]) -> int:
    """Runs a benchmark."""
    environment.prepare("test")
    return become([environment.python, "-m", "bench", *arguments], CHECKOUT)


def test(environment: Environment, arguments: Sequence[str]) -> int:
    """Runs all checks and tests, or only the tests that the arguments name."""
    require_programs(CHECKOUT)
    environment.prepare("test")
    prepare_node(environment)
    pytest = [environment.python, "-m", "pytest", *arguments]
    return call(pytest, CHECKOUT) if arguments else run_steps({**checks(environment.python), "pytest": pytest})


def checks(python: str) -> dict[str, list[str]]:
    """Returns the commands of the checks, by name."""
    return {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy", "."],
        "lint-imports": [python, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        "npm run check": [npm(), "run", "check"],
        "npm test": [npm(), "test"],
    }


def run_steps(steps: dict[str, list[str]]) -> int:
    """Runs every step and returns the exit code of the first that failed.

    Printed are what the steps print, how the others went before the last one begins, and at the end, if one failed,
    which. So the output of a good run ends with the last step's own.
    """
    codes: dict[str, int] = {}
    for name, command in steps.items():
        if len(codes) == len(steps) - 1:
            print("\n" + "\n".join(f"{'FAILED' if code else 'ok':8}{step}" for step, code in codes.items()))
        print(f"\n== {name}", flush=True)
        codes[name] = call(command, CHECKOUT)
    failed = [name for name, code in codes.items() if code]
    if failed:
        print(f"\nFailed: {', '.join(failed)}.\n{len(codes) - len(failed)} passed, {len(failed)} failed", flush=True)
    return next((code for code in codes.values() if code), 0)


COMMANDS = {"test": test, "bench": bench, "manage": manage}


def main(arguments: Sequence[str]) -> int:
    """Does what the command line says and returns the exit code."""
    try:
        environment = environment_of(CHECKOUT)
        if arguments and arguments[0] in COMMANDS:
            return COMMANDS[arguments[0]](environment, arguments[1:])
        return studio(environment, arguments)
    except CannotStart as reason:
        say(str(reason))
    except OSError as error:
        say(explain_error(error, CHECKOUT))
    except KeyboardInterrupt:
        say(said("Stopped."))
        return 130
    return 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
