"""``manage.py event_pdfs``: a thin command over the engines of ``maintenance``."""

import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_event_pdfs.management import subcommands
from django_event_pdfs.management.reporting import Report

SUBCOMMANDS = ("sweep", "verify", "describe", "copy", "roles", "doctor")
INTERRUPTED = 130  # as shells say it


class Command(BaseCommand):
    help = "Looks after the PDF documents of events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        for name in SUBCOMMANDS:
            module = _module(name)
            sub = commands.add_parser(name, help=module.HELP, description=module.HELP)
            sub.add_argument("--json", action="store_true", help="print the result as JSON")
            module.add_arguments(sub)

    def execute(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except CommandError as error:
            error.returncode = 2  # A wrong option or setting is nothing that was found.
            raise

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        report = Report(self.stdout, self.stderr, as_json=options["json"])
        code = 1
        try:
            code = _module(subcommand).run(options, report)
        except CommandError:
            code = 2
            raise
        except KeyboardInterrupt:
            code = INTERRUPTED
        finally:
            report.close(code)
        if code:
            sys.exit(code)


def _module(name: str) -> Any:
    return import_module(f"{subcommands.__name__}.{name}")
