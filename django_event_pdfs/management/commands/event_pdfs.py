"""``manage.py event_pdfs``: a thin command over the engines of ``maintenance``."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from django_event_pdfs.conf import conf
from django_event_pdfs.maintenance import roles


class Command(BaseCommand):
    help = "Looks after the PDF documents of events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        sub = commands.add_parser("roles", help="Make the group whose members manage events.")
        sub.add_argument("--group", default=conf.manager_group, help="default: %(default)s")
        sub.add_argument("--yes", action="store_true", help="add rights to a group that exists")
        sub.add_argument("--dry-run", action="store_true", help="only say what would be done")
        sub.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        code = getattr(self, f"_{subcommand}")(options)
        if code:
            sys.exit(code)

    def _roles(self, options: dict[str, Any]) -> int:
        """Exit codes: 0 the group has its rights, 1 it lacks some still, 2 it wants ``--yes``."""
        plan = roles.plan(options["group"])
        # Rights for a group of that name go to whoever is in it, so somebody must have looked.
        refused = plan.exists and plan.missing and not options["yes"] and not options["dry_run"]
        granted = not options["dry_run"] and not refused
        if granted:
            roles.grant(options["group"])
        self._report(plan, granted=granted, as_json=options["json"])
        if refused:
            self.stderr.write(
                "The group exists. Repeat with --yes to give its members these rights."
            )
            return 2
        return 1 if plan.missing and not granted else 0

    def _report(self, plan: roles.RolePlan, *, granted: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({**asdict(plan), "granted": granted}))
            return
        self.stdout.write(f"Group {plan.group!r}: {'exists' if plan.exists else 'new'}")
        self.stdout.write(f"Members: {', '.join(plan.members) or 'none'}")
        self.stdout.write(
            f"{'Added' if granted else 'Lacks'}: {', '.join(plan.missing) or 'nothing'}"
        )
