#!/usr/bin/env python
"""Django's command line for the example project; works from any folder."""

import os
import sys


def main() -> None:
    """Run one management command; Ctrl-C ends it without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
