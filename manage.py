#!/usr/bin/env python
"""The command line of vtcontrol: Django's, with our commands (`studio`, `links`, `smoke`, `keys`)."""

import argparse
import os
import sys
from collections.abc import Sequence

COMMANDS_WITH_A_FOLDER = ("studio", "smoke")


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    if sys.argv[1:2] and sys.argv[1] in COMMANDS_WITH_A_FOLDER:
        take_folder(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def take_folder(arguments: Sequence[str]) -> None:
    """Let the settings know the folder a command is given, before they look for keys in the usual one."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data-dir", nargs="?")
    folder = parser.parse_known_args(arguments)[0].data_dir
    if folder:
        os.environ["VTCONTROL_DATA_DIR"] = folder


if __name__ == "__main__":
    main()
