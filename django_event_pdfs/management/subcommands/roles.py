"""``event_pdfs roles``: the group whose members manage events."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django_event_pdfs.conf import conf
from django_event_pdfs.maintenance import roles
from django_event_pdfs.management.reporting import Report

HELP = "Make the group whose members manage events."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--group", default=conf.manager_group, help="default: %(default)s")
    parser.add_argument("--yes", action="store_true", help="add rights to a group that exists")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(options: dict[str, Any], report: Report) -> int:
    """Exit codes: 0 the group has its rights, 1 it lacks some still, 2 it wants ``--yes``."""
    plan = roles.plan(options["group"])
    # Rights for a group of that name go to whoever is in it, so somebody must have looked.
    refused = plan.exists and plan.missing and not options["yes"] and not options["dry_run"]
    granted = not options["dry_run"] and not refused
    if granted:
        roles.grant(options["group"])
    _tell(plan, report, granted=granted)
    if refused:
        report.complain("The group exists. Repeat with --yes to give its members these rights.")
        return 2
    return 1 if plan.missing and not granted else 0


def _tell(plan: roles.RolePlan, report: Report, *, granted: bool) -> None:
    report.say(f"Group {plan.group!r}: {'exists' if plan.exists else 'new'}")
    report.say(f"Members: {', '.join(plan.members) or 'none'}")
    report.say(f"{'Added' if granted else 'Lacks'}: {', '.join(plan.missing) or 'nothing'}")
    report.document({**asdict(plan), "granted": granted})
