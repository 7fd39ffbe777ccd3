"""``event_pdfs verify``: whether the file of each row is there, whole and unaltered."""

from argparse import ArgumentParser
from typing import Any

from django_event_pdfs.maintenance.verify import JOBS, verify
from django_event_pdfs.management.numbers import positive
from django_event_pdfs.management.reporting import Report

HELP = "Compare every document with its file."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--deep", action="store_true", help="read the files, compare their sha256")
    parser.add_argument("--scan", action="store_true", help="scan the files for viruses again")
    parser.add_argument(
        "--jobs", type=positive, default=JOBS, help="files at once (default: %(default)s)"
    )
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="note there how far it came; go on from there"
    )


def run(options: dict[str, Any], report: Report) -> int:
    """Exit codes: 0 all is well, 1 something is not, 2 an option cannot be used."""
    result = verify(
        deep=options["deep"],
        scan=options["scan"],
        jobs=options["jobs"],
        checkpoint=options["checkpoint"],
        watcher=report,
    )
    return report.conclude(result)
