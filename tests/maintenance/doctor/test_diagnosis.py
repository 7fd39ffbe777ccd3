"""Outcomes, and the errors that become one."""

import pytest

from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Examination,
    described,
    diagnose,
    merged,
    problem,
    skipped,
)
from tests.maintenance.doctor.storages import Unprintable


@pytest.mark.parametrize(
    ("statuses", "code"),
    [([], 0), (["ok", "skipped"], 0), (["ok", "warning"], 1), (["problem", "skipped"], 1)],
)
def test_the_exit_code_tells_whether_anything_is_wrong(statuses, code):
    diagnoses = tuple(Diagnosis("a", status, "b") for status in statuses)
    assert Examination(diagnoses).exit_code == code


def test_to_say_nothing_is_ok():
    assert diagnose("a", "b", lambda: None) == Diagnosis("a", "ok", "b")


def test_an_outcome_is_handed_on():
    assert diagnose("a", "b", lambda: problem("c", "d")) == Diagnosis("a", "problem", "b", "c", "d")


@pytest.mark.parametrize("error", [OSError("full"), Unprintable(), RecursionError(), KeyError(1)])
def test_an_error_is_a_problem_with_its_cure(error):
    def ask():
        raise error

    diagnosis = diagnose("a", "b", ask, "e")
    assert (diagnosis.status, diagnosis.cure) == ("problem", "e")
    assert type(error).__name__ in diagnosis.explanation


def test_an_interruption_is_none():
    def ask():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose("a", "b", ask)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError("a\x1b[31m\nb."), "OSError: a[31m b"),
        (Unprintable(), "Unprintable"),
        (OSError(), "OSError"),
    ],
)
def test_an_error_is_described_on_one_clean_line(error, text):
    assert described(error) == text


def test_what_differs_in_the_subject_only_is_said_once():
    found = [diagnose("a", name, lambda: skipped("why")) for name in ("x/", "y/")]
    other = diagnose("a", "z/", lambda: skipped("why not"))
    assert merged([*found, other]) == [Diagnosis("a", "skipped", "x/, y/", "why"), other]
