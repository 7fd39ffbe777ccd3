"""``event_pdfs doctor``: what is wrong with the set-up, and how to mend it."""

import textwrap
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django_event_pdfs.maintenance import doctor
from django_event_pdfs.management.reporting import Report

HELP = "Try the storage, the scanner, the limits and the site: what is wrong, and how to mend it."

_INDENT = 9
_WIDTH = 90


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--quick",
        action="store_true",
        help="only save, read and delete a file, ask the scanner once, and open a link at --url: "
        "for a health check",
    )
    parser.add_argument(
        "--url",
        default="",
        help="address of the site as its clients see it, to examine that too: https://example.org",
    )


def run(options: dict[str, Any], report: Report) -> int:
    """Exit codes: 0 all is ok or skipped, 1 there is a warning or a problem."""
    examination = doctor.examine(quick=options["quick"], url=options["url"], watcher=report)
    for diagnosis in examination.diagnoses:
        _tell(diagnosis, report)
    counts = Counter(diagnosis.status for diagnosis in examination.diagnoses)
    report.say(", ".join(f"{count} {status}" for status, count in counts.items()))
    diagnoses = [asdict(diagnosis) for diagnosis in examination.diagnoses]
    report.document({"diagnoses": diagnoses, "exit_code": examination.exit_code})
    return examination.exit_code


def _tell(diagnosis: doctor.Diagnosis, report: Report) -> None:
    """Print a line, and below it what was seen and the cure, where there is more to say."""
    line = f"{diagnosis.status:{_INDENT}}{diagnosis.id:24}{diagnosis.subject}".rstrip()
    texts = [diagnosis.explanation, diagnosis.cure and f"Cure: {diagnosis.cure}"]
    if not diagnosis.cure and len(line) + len(diagnosis.explanation) < _INDENT + _WIDTH:
        line, texts = f"{line}  {diagnosis.explanation}".rstrip(), []
    report.say(line)
    for text in texts:
        for part in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
            report.say(f"{'':{_INDENT}}{part}")
