#!/usr/bin/env python
"""The command line of vtcontrol: Django's, with our commands (`studio`, `links`, `smoke`, `keys`)."""

import os
import sys


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
