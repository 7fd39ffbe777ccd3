"""The inspection beside what people write: a look at the header, and pypdf."""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdf

from django_event_pdfs.pdf import inspect
from tests.benchmarks import documents
from tests.benchmarks.timing import Timing, in_turns
from tests.pdfs import truncated, without_startxref

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # It reports each fault of a file.

TITLE = "The gate: median milliseconds (quartiles of inspect), and peak memory in MiB"
WAYS = ("header", "sha256", "inspect", "isolated", "pypdf")
HEADS = ["document", "KiB", *WAYS, "quartiles", "beyond sha256", "pypdf / inspect"]
HEADS += ["memory", "worker"]

DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "programme, 4 pages": documents.programme,
    "brochure, 9 MB of pictures": documents.brochure,
    "book, 400 pages, 8,000 links": documents.book,
    "20,000 plain objects": documents.many_objects,
    "20,000 packed objects": documents.many_packed_objects,
    "no startxref": without_startxref,
    "truncated": truncated,
}


@dataclass(frozen=True)
class Row:
    """One document: milliseconds of each way, and mebibytes that the inspection took."""

    document: str
    size: int
    timings: dict[str, Timing]
    memory: int
    worker_memory: int

    @property
    def beyond_sha256(self) -> float:
        return self.timings["inspect"].median - self.timings["sha256"].median

    @property
    def ratio_to_pypdf(self) -> float:
        return self.timings["pypdf"].median / self.timings["inspect"].median


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        for name, make in DOCUMENTS.items():
            path = Path(folder) / "document.pdf"
            path.write_bytes(make())
            timings = in_turns(
                {
                    "header": lambda path=path: _header(path),
                    "sha256": lambda path=path: _sha256(path),
                    "inspect": lambda path=path: inspect(path),
                    "isolated": lambda path=path: inspect(path, isolate="always"),
                    "pypdf": lambda path=path: _walk_with_pypdf(path),
                }
            )
            yield Row(name, path.stat().st_size, timings, *_memory(path))


def cells(row: Row) -> list[str]:
    inspect = row.timings["inspect"]
    found = [row.document, str(row.size // 1024)]
    found += [f"{row.timings[way].median:.2f}" for way in WAYS]
    found += [f"{inspect.low:.2f} to {inspect.high:.2f}", f"{row.beyond_sha256:.2f}"]
    return [*found, f"{row.ratio_to_pypdf:.1f}", str(row.memory), str(row.worker_memory)]


def _header(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _walk_with_pypdf(path: Path) -> int:
    """Open a file and resolve each of its objects once, as a search for JavaScript has to."""
    try:
        reader = pypdf.PdfReader(path)
        numbers = {n for table in reader.xref.values() for n in table} | set(reader.xref_objStm)
        for number in numbers:
            reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
        return len(reader.pages)
    except Exception:  # It raises errors of many types on the damaged ones.
        return 0


# In a fresh process that has inspected a small file before, so that what is loaded then does not
# count. Peaks are in mebibytes; that of the worker counts from its start.
_MEMORY = """
import sys
from pathlib import Path
from django_event_pdfs.pdf import inspect, isolation

def peak(pid="self"):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))

inspect(sys.argv[1]), inspect(sys.argv[1], isolate="always")
worker = isolation._workers._idle[0].pid
before, worker_before = peak(), peak(worker)
inspect(sys.argv[2]), inspect(sys.argv[2], isolate="always")
alive = Path(f"/proc/{worker}").exists()
print(peak() - before, peak(worker) - worker_before if alive else -1)
"""


def _memory(path: Path) -> tuple[int, int]:
    if not Path("/proc/self/status").exists():
        return -1, -1
    small = path.with_name("small.pdf")
    small.write_bytes(documents.programme())
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(small), str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=True,
        capture_output=True,
        text=True,
    )
    own, worker = done.stdout.split()
    return int(own), int(worker)
