"""Turns: how many inspections a process has under way at once, and who waits for how long."""

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError

from django_event_pdfs import inspection
from django_event_pdfs.inspection import Busy, inspect_upload
from django_event_pdfs.pdf import isolation
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import PDFValidator
from tests import pdfs
from tests.conftest import upload


class Gate:
    """Keeps who reads until it is opened, and notes how many there are at once."""

    def __init__(self):
        self.opened = threading.Event()
        self.arrived = threading.Semaphore(0)
        self.most = self._inside = 0
        self._lock = threading.Lock()

    def pass_through(self):
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self.arrived.release()
        assert self.opened.wait(120)
        with self._lock:
            self._inside -= 1

    def upload(self):
        file = upload()
        file.file = GatedFile(make_pdf())
        file.file.gate = self
        return file


class GatedFile(io.BytesIO):
    def read(self, size=-1):
        if self.gate:
            self.gate.pass_through()
            self.gate = None  # The other reads of an inspection.
        return super().read(size)


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.fixture
def turns(settings):
    """Set how many turns there are and how long one is waited for."""

    def turns(concurrency, wait=0):
        inspection = {"concurrency": concurrency, "wait": wait}
        settings.EVENT_PDFS = {**settings.EVENT_PDFS, "INSPECTION": inspection}

    yield turns
    inspection._turns.clear()


def under_way(threads, gate, count):
    """Start inspections and return when ``count`` of them are under way."""
    started = [threads.submit(inspect_upload, gate.upload()) for _ in range(count)]
    for _ in range(count):
        assert gate.arrived.acquire(timeout=120)
    return started


def test_as_many_as_may_be_are_under_way_at_once(turns, gate):
    turns(2, wait=120)
    with ThreadPoolExecutor(8) as threads:
        first = under_way(threads, gate, 2)
        rest = [threads.submit(inspect_upload, gate.upload()) for _ in range(6)]
        assert not gate.arrived.acquire(timeout=0.1)
        gate.opened.set()
        assert all(one.result(120).facts for one in [*first, *rest])
    assert gate.most == 2


def test_who_gets_no_turn_in_time_is_told(turns, gate):
    turns(1, wait=0)
    with ThreadPoolExecutor(1) as threads:
        [first] = under_way(threads, gate, 1)
        with pytest.raises(Busy):
            inspect_upload(upload())
        gate.opened.set()
        assert first.result(120).facts


def test_it_is_a_refusal_for_whoever_validates(turns, gate):
    turns(1, wait=0)
    with ThreadPoolExecutor(1) as threads:
        under_way(threads, gate, 1)
        with pytest.raises(ValidationError) as refused:
            PDFValidator()(upload())
        gate.opened.set()
    assert refused.value.code == "busy"


def test_an_upload_that_got_no_turn_may_ask_again(turns, gate):
    turns(1, wait=0)
    file = upload()
    with ThreadPoolExecutor(1) as threads:
        under_way(threads, gate, 1)
        with pytest.raises(Busy):
            inspect_upload(file)
        gate.opened.set()
    assert inspect_upload(file).facts


class BrokenFile(io.BytesIO):
    def read(self, size=-1):
        raise OSError("Input/output error")


def test_a_turn_is_given_back_whatever_goes_wrong(turns):
    turns(1, wait=0)
    for _ in range(3):
        broken = upload()
        broken.file = BrokenFile(make_pdf())
        with pytest.raises(OSError, match="Input/output"):
            inspect_upload(broken)

    assert inspect_upload(upload()).facts


def test_a_turn_is_given_back_when_there_is_no_worker(turns, monkeypatch):
    turns(1, wait=0)
    isolation._workers.stop()
    monkeypatch.setattr("sys.executable", "")
    monkeypatch.setattr("sys.exec_prefix", "/nowhere")
    for _ in range(3):
        with pytest.raises(Busy):
            inspect_upload(pdf_upload(pdfs.truncated()))
    monkeypatch.undo()

    assert inspect_upload(pdf_upload(pdfs.truncated())).refusal


def pdf_upload(data):
    file = upload()
    file.file = io.BytesIO(data)
    return file


def test_what_is_known_already_needs_no_turn(turns, gate):
    turns(1, wait=0)
    file = upload()
    known = inspect_upload(file)
    with ThreadPoolExecutor(1) as threads:
        under_way(threads, gate, 1)
        assert inspect_upload(file) is known
        gate.opened.set()


def test_the_setting_is_read_when_it_is_used(turns, gate):
    turns(1, wait=0)
    with ThreadPoolExecutor(3) as threads:
        under_way(threads, gate, 1)
        turns(2, wait=0)
        under_way(threads, gate, 2)
        gate.opened.set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Nothing forks here.")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_turn_that_is_taken_at_a_fork_is_free_in_the_child(turns, gate):
    turns(1, wait=0)
    with ThreadPoolExecutor(1) as threads:
        under_way(threads, gate, 1)
        pid = os.fork()
        if pid == 0:
            try:
                os._exit(0 if inspect_upload(upload()).facts else 2)
            finally:
                os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0
        gate.opened.set()
