"""Every file of the set gets the right answer, and leaves the process as it found it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from django_event_pdfs.validators import PDFValidator
from tests.hostile import Case, cases
from tests.hostile.case import ACTIVE
from tests.pdf.processes import family, gone, state, wait_until

CASES = cases()
ALL = os.environ.get("EVENT_PDFS_TEST_ALL") == "1"


def verdict(data: bytes) -> tuple[str, set[str]]:
    """Return the code for an upload, and the kinds of active content that were found."""
    try:
        PDFValidator()(SimpleUploadedFile("a.pdf", data, "application/pdf"))
    except ValidationError as error:
        return error.code, set((error.params or {}).get("found", ()))
    return "accepted", set()


def parameters() -> Iterator[object]:
    only_where_all = pytest.mark.skipif(not ALL, reason="heavy")
    for case in CASES:
        yield pytest.param(case, id=case.name, marks=only_where_all if case.heavy else ())


@pytest.mark.parametrize("case", list(parameters()))
def test_a_file_gets_the_right_answer(case: Case):
    code, kinds = verdict(case.make())

    assert code in case.codes
    assert code != ACTIVE or kinds >= case.kinds


def test_the_set_has_files_of_its_own_name_each():
    names = [case.name for case in CASES]

    assert len(names) > 400
    assert len(names) == len(set(names))


# Each theme's first file and every eighth after it; all where time does not matter.
SAMPLE = [case for case in CASES if not case.heavy][:: 1 if ALL else 8]


def test_files_sent_at_once_all_get_the_right_answer(settings):
    settings.EVENT_PDFS = {"INSPECTION": {"wait": 120}}
    pid = os.getpid()

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda case: (case, verdict(case.make())), SAMPLE[::2]))

    assert [case.name for case, (code, _) in answers if code not in case.codes] == []
    assert os.getpid() == pid


INSPECT_WHAT_COMES = """
import re, sys
from django_event_pdfs.pdf import inspect
from tests.patience import be_patient

be_patient()

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) // 1024

for line in sys.stdin:
    inspect(line.strip())
    print(peak(), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells.")
def test_no_file_makes_the_process_grow_or_leaves_a_process_behind(tmp_path: Path):
    path = tmp_path / "a.pdf"
    command = [sys.executable, "-c", INSPECT_WHAT_COMES]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    peaks = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        for case in SAMPLE:
            path.write_bytes(case.make())
            print(path, file=process.stdin, flush=True)
            peaks.append(int(process.stdout.readline()))
        # Who ended a moment ago is buried a moment later.
        wait_until(lambda: "Z" not in map(state, family(process.pid)))
        left = family(process.pid)
        process.stdin.close()

    assert process.returncode == 0
    assert peaks[-1] - peaks[0] < 100
    assert left
    wait_until(lambda: gone(left))
