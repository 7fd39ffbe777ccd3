"""``event_pdfs copy``: every document from one storage to another."""

from argparse import ArgumentParser
from typing import Any

from django_event_pdfs.maintenance.copying import JOBS, copy
from django_event_pdfs.management.numbers import positive
from django_event_pdfs.management.reporting import Report

HELP = "Copy every document from one storage to another, before STORAGES is switched."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="source", metavar="ALIAS", required=True, help="the alias to copy from"
    )
    parser.add_argument(
        "--to", dest="target", metavar="ALIAS", required=True, help="the alias to copy to"
    )
    parser.add_argument(
        "--jobs", type=positive, default=JOBS, help="files at once (default: %(default)s)"
    )
    parser.add_argument("--deep", action="store_true", help="compare the sha256 of what is there")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(options: dict[str, Any], report: Report) -> int:
    """Exit codes: 0 all is there, 1 something is not or is left to do, 2 an alias is wrong."""
    result = copy(
        options["source"],
        options["target"],
        jobs=options["jobs"],
        deep=options["deep"],
        dry_run=options["dry_run"],
        watcher=report,
    )
    return report.conclude(result)
