"""``event_pdfs describe``: facts for the rows that have none."""

from argparse import ArgumentParser
from typing import Any

from django_event_pdfs.maintenance.describe import JOBS, describe
from django_event_pdfs.management.numbers import positive
from django_event_pdfs.management.reporting import Report

HELP = "Inspect the documents without facts, such as those from before adoption."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument(
        "--jobs", type=positive, default=JOBS, help="files at once (default: %(default)s)"
    )


def run(options: dict[str, Any], report: Report) -> int:
    """Exit codes: 0 all have facts, 1 something was found or is left to do."""
    result = describe(dry_run=options["dry_run"], jobs=options["jobs"], watcher=report)
    return report.conclude(result)
