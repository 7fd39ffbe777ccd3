"""``event_pdfs sweep``: removes the files that no row names."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django_event_pdfs.maintenance.sweep import GRACE, SweepResult, sweep
from django_event_pdfs.management.durations import duration
from django_event_pdfs.management.reporting import Report

HELP = "Remove the files in the documents' folders that no row names any more."

_CURES = {
    "marker": "Look at what --dry-run says. Where this is the database of these files, repeat with "
    "--adopt. Projects that share a storage each need a location of their own.",
    "brake": "Look at what --dry-run says. Where it is right, repeat with --max-delete.",
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--older-than",
        type=duration,
        default=GRACE,
        metavar="AGE",
        help="only files of this age: 90s, 30m, 24h, 7d (default: 24h)",
    )
    parser.add_argument(
        "--max-delete",
        type=_number,
        metavar="N",
        help="how many may go (default: 10 %% of all files, at most 1,000)",
    )
    parser.add_argument(
        "--adopt", action="store_true", help="mark the storage as that of this database"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(options: dict[str, Any], report: Report) -> int:
    """Exit codes: 0 no orphan is left, 1 one is or may be, 2 stopped by a brake."""
    result = sweep(
        older_than=options["older_than"],
        max_delete=options["max_delete"],
        adopt=options["adopt"],
        dry_run=options["dry_run"],
        watcher=report,
    )
    if result.stopped:
        report.complain(_explanation(result))
    return report.conclude(result)


def _explanation(result: SweepResult) -> str:
    return f"Stopped. {result.reason} {_CURES.get(result.stopped, '')}".rstrip()


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number of files.")
    return int(text)
