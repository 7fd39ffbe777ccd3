"""How far a long run has come, on a terminal and elsewhere."""

import sys
from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from django_event_pdfs.maintenance.findings import Finding
from django_event_pdfs.management import progress
from django_event_pdfs.management.reporting import Report


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal():
    err = StringIO()
    lines = progress.Lines(OutputWrapper(err), pause=0)
    lines.advance(1)
    lines.expect(1000)
    lines.expect(1000)
    lines.advance(1499)
    assert err.getvalue().splitlines() == ["1", "1,500 of 2,000"]


def test_a_short_run_tells_no_progress():
    err = StringIO()
    told = Report(OutputWrapper(StringIO()), OutputWrapper(err))
    told.expect(10)
    told.advance(10)
    told.close(0)
    assert err.getvalue() == ""


class Terminal(StringIO):
    def isatty(self):
        return True


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    tqdm = pytest.importorskip("tqdm").tqdm
    monkeypatch.setattr(tqdm, "monitor_interval", 0)
    monkeypatch.setattr(sys, "stderr", Terminal())
    told = Report(OutputWrapper(StringIO()), OutputWrapper(sys.stderr))
    told.expect(10)
    told.advance(3)
    told.found(Finding("orphan", "a.pdf"))
    told.expect(10)
    told.advance(17)
    told.close(0)
    assert "/10" in sys.stderr.getvalue()
    assert sys.stderr.getvalue().endswith("\r")


def test_without_tqdm_a_terminal_has_lines(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(progress, "tqdm", None)
    assert isinstance(progress.progress(OutputWrapper(sys.stderr)), progress.Lines)
