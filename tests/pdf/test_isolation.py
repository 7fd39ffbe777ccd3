"""Verdicts from a worker: within its limits, on whatever file, and where something is missing."""

import gzip
import io
import os
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import InMemoryUploadedFile, TemporaryUploadedFile

from django_event_pdfs.pdf import WorkerUnavailable, inspect, isolation, pool
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.pdf.isolated import GOOD, LONG, NEEDS_PROC, code, look, refused
from tests.pdf.processes import (
    at_work,
    descriptors,
    forkers,
    gone,
    said,
    send,
    state,
    wait_until,
    workers,
)

MENDED = LONG.replace(b"startxref\n", b"startxref\n7")  # As long, and with recovery only.
# A page of a quarter of a million numbers, in a few hundred bytes.
HUNGRY = pdfs.compressed(
    (pdfs.CATALOG, b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>", b"null"),
    [[pdfs.PAGE.replace(b">>", b"/Numbers [%s] >>" % (b"0 " * 240_000))]],
)

pytestmark = [NEEDS_PROC, pytest.mark.usefixtures("stopped")]


# When they are started


def test_a_small_plain_file_starts_no_process():
    assert inspect(io.BytesIO(pdfs.assemble())).facts
    assert forkers() == set()


@pytest.mark.parametrize("data", [pdfs.truncated(), pdfs.compressed(pdfs.ONE_PAGE)])
def test_a_damaged_or_packed_file_starts_two_processes(data):
    inspect(io.BytesIO(data))

    assert (len(forkers()), len(workers())) == (1, 1)


def test_every_file_is_isolated_where_that_is_asked():
    assert inspect(io.BytesIO(pdfs.assemble()), isolate="always").facts
    assert len(workers()) == 1


def test_a_worker_is_used_again():
    code(GOOD)
    before = workers()
    code(pdfs.truncated())
    code(GOOD)

    assert workers() == before


def test_a_worker_that_has_grown_is_not_used_again(limit):
    limit()
    code(GOOD)
    before = workers()
    assert code(pdfs.with_objects(300_000)) is None
    wait_until(lambda: gone(before))

    assert code(GOOD) is None


# Limits


def test_a_parse_that_burns_processor_time_is_refused(limit):
    limit(strict=0.02)

    assert refused(LONG) == ("damaged", "time")


def test_mending_that_burns_processor_time_is_damaged(limit):
    limit(recovery=0.02)

    assert refused(MENDED) == ("damaged", None)


def test_a_parse_that_eats_memory_is_refused(limit):
    limit(memory=1024 * 1024)

    assert refused(HUNGRY) == ("damaged", "memory")


def test_the_same_parse_is_accepted_where_there_is_memory():
    assert refused(HUNGRY) is None


def test_a_large_file_has_memory_by_its_size(limit):
    limit(memory=1024 * 1024)
    blanks = b" " * 32 * pdfs.MEBIBYTE
    picture = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(blanks), blanks)

    assert code(pdfs.assemble((*pdfs.ONE_PAGE, picture, *[b"null"] * 50_000))) is None


def test_no_answer_in_time_is_no_verdict(limit):
    limit(wall=0.05)

    with pytest.raises(WorkerUnavailable):
        look(LONG)
    limit()
    assert code(GOOD) is None


def test_a_worker_that_stands_still_is_ended(limit):
    limit()
    code(GOOD)
    [stopped] = workers()
    os.kill(stopped, signal.SIGSTOP)
    limit(wall=0.1)

    with pytest.raises(WorkerUnavailable):
        look(GOOD)
    wait_until(lambda: gone({stopped}))
    limit()
    assert code(GOOD) is None


def test_a_forker_that_stands_still_is_replaced(monkeypatch, limit, place):
    limit()
    code(GOOD)
    [before] = forkers()
    drop = isolation._workers._drop

    def dropped(forker):
        monkeypatch.setattr(pool, "_START_SECONDS", 60)  # The next one does answer.
        drop(forker)

    monkeypatch.setattr(isolation._workers, "_drop", dropped)
    monkeypatch.setattr(pool, "_START_SECONDS", 0.5)
    monkeypatch.setattr(pool, "_STOP_SECONDS", 0.1)
    os.kill(before, signal.SIGSTOP)

    # The second needs a worker that nobody forks.
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(code, [place(LONG)] * 2)) == [None, None]
    assert not state(before)


def test_workers_write_nothing_and_hold_nothing_of_the_host(tmp_path):
    with open(tmp_path / "of the host", "w") as file:
        os.set_inheritable(file.fileno(), True)
        code(GOOD)
        [worker] = workers()
        opened = descriptors(worker)
        limits = Path(f"/proc/{worker}/limits").read_text()

    kinds = sorted(target.partition(":")[0] for target in opened.values())
    assert kinds == ["/dev/null", "/dev/null", "pipe", "socket"]
    for name in ("Max file size", "Max core file size"):
        [line] = [line for line in limits.splitlines() if line.startswith(name)]
        assert line.removeprefix(name).split()[:2] == ["0", "0"]


def test_a_worker_holds_nothing_of_another(limit, place):
    limit()
    path = place(LONG)
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(code, [path] * 3)) == [None] * 3
    sockets = [
        {target for target in descriptors(worker).values() if not target.startswith("/")}
        for worker in workers()
    ]

    assert len(sockets) > 1
    assert len(set().union(*sockets)) == sum(map(len, sockets)) == 2 * len(sockets)


# The file


def written(data, file):
    file.write(data)
    return file


def packed(data, path):
    path.write_bytes(gzip.compress(data))
    return gzip.open(path)


KINDS = {
    "in memory": lambda data, path: io.BytesIO(data),
    "content": lambda data, path: ContentFile(data).file,
    "upload in memory": lambda data, path: (
        InMemoryUploadedFile(io.BytesIO(data), "f", "a.pdf", None, len(data), None).file
    ),
    "upload on disk": lambda data, path: (
        written(data, TemporaryUploadedFile("a.pdf", None, len(data), None)).file
    ),
    "spooled": lambda data, path: written(data, tempfile.SpooledTemporaryFile(10_000_000)),  # noqa: SIM115
    "just written": lambda data, path: written(data, path.open("w+b")),
    "buffered": lambda data, path: path.write_bytes(data) and path.open("rb"),
    "unbuffered": lambda data, path: path.write_bytes(data) and path.open("rb", buffering=0),
    "unpacked": packed,
}


@pytest.mark.parametrize("forks", [True, False], ids=["fork", "no fork"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_handed_over_and_left_at_its_start(
    kind, forks, monkeypatch, tmp_path
):
    monkeypatch.setattr(isolation, "can_fork", lambda: forks)
    data = make_pdf(pages=3, padding=200_000)
    with KINDS[kind](data, tmp_path / "a.pdf") as file:
        file.seek(5)
        file.read(20)
        facts = look(file).facts
        assert facts.pages == 3
        assert (file.tell(), file.read(10), file.read()) == (0, data[:10], data[10:])


def test_a_file_whose_folder_is_gone_is_handed_over(tmp_path):
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "a.pdf"
    path.write_bytes(GOOD)
    with path.open("rb") as file:
        shutil.rmtree(path.parent)
        assert code(file) is None


@pytest.mark.parametrize("kind", ["in memory", "buffered", "unbuffered", "just written"])
def test_a_file_is_left_at_its_start_when_no_worker_can_be_had(kind, limit, tmp_path):
    data = LONG
    limit(wall=0.05)
    with KINDS[kind](data, tmp_path / "a.pdf") as file:
        with pytest.raises(WorkerUnavailable):
            look(file)
        assert (file.read(10), file.read()) == (data[:10], data[10:])


# What may be missing


def test_no_python_is_no_verdict(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/usr/sbin/uwsgi")
    monkeypatch.setattr(sys, "exec_prefix", str(tmp_path))
    with pytest.raises(WorkerUnavailable):
        look(GOOD)

    monkeypatch.undo()
    assert code(GOOD) is None


def test_python_is_found_inside_of_another_program(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/sbin/uwsgi-with-python")

    assert code(GOOD) is None


@pytest.mark.parametrize("what", ["RLIMIT_NOFILE", "RLIMIT_FSIZE"])
def test_what_the_system_refuses_is_no_verdict_until_it_does_not(what):
    room = {"RLIMIT_NOFILE": 3, "RLIMIT_FSIZE": 10}[what]
    script = f"""
import resource
hard = resource.getrlimit(resource.{what})[1]
resource.setrlimit(resource.{what}, ({room}, hard))
first = code(GOOD, isolate="always")
resource.setrlimit(resource.{what}, (hard, hard))
say(first, code(GOOD, isolate="always"))
"""
    assert said(script) == ['["unavailable", "accepted"]']


def test_more_descriptors_than_select_can_count():
    script = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
say(*[code(GOOD, isolate="always") for _ in range(3)])
"""
    assert said(script) == ['["accepted", "accepted", "accepted"]']


# Without fork


@pytest.fixture
def without_fork(monkeypatch):
    monkeypatch.setattr(isolation, "can_fork", lambda: False)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (GOOD, None),
        (pdfs.truncated(), "damaged"),
        (make_pdf(password="x"), "encrypted"),
        (pdfs.without_pages(), "no_pages"),
    ],
)
def test_verdicts_are_the_same_without_fork(without_fork, data, answer):
    assert code(data) == answer
    assert forkers() == set()


@pytest.mark.parametrize("limits", [{"wall": 0.3}, {"strict": 0.02}, {"recovery": 0.02}])
def test_time_is_bounded_without_fork(without_fork, limit, limits):
    limit(**limits)

    assert code(LONG if "strict" in limits else MENDED) == "damaged"


def test_memory_is_not_but_for_the_limits_of_qpdf(without_fork):
    assert code(pdfs.object_stream_bomb()) == "damaged"


def test_a_crash_is_damaged_without_fork(without_fork, limit, place):
    limit()
    path = place(LONG)

    with at_work(path, send(signal.SIGSEGV)) as killed:
        assert refused(path) == ("damaged", None)
    assert killed


def test_a_host_without_python_has_no_verdict_without_fork(without_fork, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(sys, "exec_prefix", str(tmp_path))

    with pytest.raises(WorkerUnavailable):
        look(GOOD)
