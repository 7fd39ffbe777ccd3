"""Inspections in a worker, and a file that keeps one busy."""

import io
from pathlib import Path

import pytest

from django_event_pdfs.pdf import inspect
from django_event_pdfs.testing import make_pdf
from tests import pdfs

NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="There is no /proc.")

GOOD = make_pdf(pages=3)
LONG = pdfs.with_objects(100_000)  # Good, and work for a third of a second.


def look(source):
    return inspect(io.BytesIO(source) if isinstance(source, bytes) else source, isolate="always")


def code(source):
    refusal = look(source).refusal
    return refusal and refusal.code


def refused(source):
    refusal = look(source).refusal
    return refusal and (refusal.code, refusal.params.get("exceeded"))
