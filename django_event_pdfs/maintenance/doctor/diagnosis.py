"""What an examination says, and how any of them is kept from ending the others."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django_event_pdfs.pdf import clean_text

logger = logging.getLogger("django_event_pdfs")

Status = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one examination found: what was seen, and how to mend it."""

    status: Status = "ok"
    explanation: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An outcome with the ``id`` of its examination and the ``subject``: a folder, a path, a URL.

    What is neither ok nor skipped has an explanation and a cure.
    """

    id: str
    status: Status
    subject: str
    explanation: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """Every diagnosis, in the order of the examinations."""

    diagnoses: tuple[Diagnosis, ...]

    @property
    def exit_code(self) -> int:
        """0: all is ok or skipped; 1: there is a warning or a problem."""
        return int(any(d.status in ("warning", "problem") for d in self.diagnoses))


def fine(explanation: str = "") -> Outcome:
    return Outcome("ok", explanation)


def warning(explanation: str, cure: str) -> Outcome:
    return Outcome("warning", explanation, cure)


def problem(explanation: str, cure: str) -> Outcome:
    return Outcome("problem", explanation, cure)


def skipped(explanation: str) -> Outcome:
    return Outcome("skipped", explanation)


def diagnose(
    id: str,  # noqa: A002 - as in the dataclass
    subject: str,
    ask: Callable[[], Outcome | None],
    cure: str = "Mend what the error names, and examine again.",
) -> Diagnosis:
    """Return what ``ask`` says, None for ok. Whatever it raises is a problem, with that cure."""
    try:
        outcome = ask() or fine()
    except Exception as error:
        logger.debug("The examination %r failed.", id, exc_info=True)
        outcome = problem(f"It failed with {described(error)}.", cure)
    return Diagnosis(id, outcome.status, subject, outcome.explanation, outcome.cure)


def described(error: BaseException) -> str:
    """Return the type and the text of an error, on one line."""
    try:
        text = clean_text(str(error)).rstrip(".")
    except Exception:  # Storages raise errors of many types, and not all can be printed.
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def merged(diagnoses: Iterable[Diagnosis]) -> list[Diagnosis]:
    """Make one diagnosis of those that differ in their subject only."""
    subjects: dict[Diagnosis, list[str]] = {}
    for d in diagnoses:
        key = Diagnosis(d.id, d.status, "", d.explanation, d.cure)
        subjects.setdefault(key, []).append(d.subject)
    return [
        Diagnosis(d.id, d.status, ", ".join(names), d.explanation, d.cure)
        for d, names in subjects.items()
    ]
