"""What the command prints: findings, counts, and one JSON document."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from django_event_pdfs.maintenance.findings import Finding
from django_event_pdfs.maintenance.sweep import SweepResult
from django_event_pdfs.management.reporting import Report

FINDING = Finding("missing", "events/guides/é.pdf", "testapp.Event", "guide_file", 7, "Gone.")
RESULT = SweepResult(9, 0, 3, 1, 2, 0, 0, 0, "", "")


def report(as_json=False):
    """Return a report and its output."""
    out = StringIO()
    return Report(OutputWrapper(out), OutputWrapper(StringIO()), as_json=as_json), out


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_document_with_findings_counts_and_exit_code(count):
    told, out = report(as_json=True)
    for _ in range(count):
        told.found(FINDING)
    told.say("This is for people.")
    told.close(told.conclude(RESULT))
    assert json.loads(out.getvalue()) == {
        "findings": [
            {
                "kind": "missing",
                "name": "events/guides/é.pdf",
                "model": "testapp.Event",
                "field": "guide_file",
                "pk": 7,
                "detail": "Gone.",
            }
        ]
        * count,
        "listed": 9,
        "young": 0,
        "orphans": 3,
        "removed": 1,
        "kept": 2,
        "failed": 0,
        "undated": 0,
        "odd": 0,
        "stopped": "",
        "reason": "",
        "exit_code": 0,
    }


def test_a_finding_is_written_as_soon_as_it_is_known():
    for as_json in (False, True):
        told, out = report(as_json)
        told.found(FINDING)
        assert "events/guides/" in out.getvalue()


def test_a_key_of_a_host_s_own_type_is_told():
    told, out = report(as_json=True)
    told.found(Finding("missing", "a.pdf", pk=timedelta(1)))
    told.found(Finding("missing", "a.pdf", pk=object()))
    told.close(0)
    assert len(json.loads(out.getvalue())["findings"]) == 2


def test_a_line_says_all_of_a_finding():
    told, out = report()
    told.found(FINDING)
    line = out.getvalue()
    assert line.count("\n") == 1
    for part in ("missing", "events/guides/é.pdf", "testapp.Event.guide_file", "7", "Gone."):
        assert part in line


@pytest.mark.parametrize("name", ["a\nb.pdf", "a\x1b[31mb.pdf", "a\udcffb.pdf", "a\u202eb.pdf"])
def test_a_name_cannot_write_to_the_terminal_what_it_likes(name):
    told, out = report()
    told.found(Finding("orphan", name))
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().strip().isprintable()


def test_counts_are_lines():
    told, out = report()
    assert told.conclude(RESULT) == 0
    assert {"orphans: 3", "removed: 1"} < set(out.getvalue().splitlines())
