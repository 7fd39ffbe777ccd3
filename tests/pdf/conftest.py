"""Fixtures for what runs in workers."""

from dataclasses import replace

import pytest

from django_event_pdfs.pdf import isolation
from tests.pdf.processes import PATIENT


@pytest.fixture
def stopped():
    """Start and leave without a worker."""
    isolation._workers.stop()
    yield
    isolation._workers.stop()


@pytest.fixture
def limit(monkeypatch):
    """Limit a worker in what is named, and in nothing else."""

    def limit(**limits):
        monkeypatch.setattr(isolation, "LIMITS", replace(PATIENT, **limits))

    return limit


@pytest.fixture
def place(tmp_path):
    """Write a file and return its path, by which a worker that reads it is known."""

    def place(data):
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return path

    return place
