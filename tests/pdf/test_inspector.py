import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from django_event_pdfs.pdf import Bounds, Inspection, inspect
from django_event_pdfs.testing import make_pdf
from tests import pdfs


def look(data: bytes) -> Inspection:
    return inspect(io.BytesIO(data))


def code(data: bytes) -> str | None:
    refusal = look(data).refusal
    return refusal and refusal.code


def test_facts_of_a_good_file():
    data = make_pdf(pages=3, title="Tech Summit")

    facts = look(data).facts

    assert facts is not None
    assert (facts.size, facts.pages, facts.title) == (len(data), 3, "Tech Summit")
    assert facts.sha256 == hashlib.sha256(data).hexdigest()


def test_a_path_is_read_too(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(pages=2))

    assert inspect(path).facts == inspect(str(path)).facts == look(path.read_bytes()).facts


def test_a_real_file_gives_what_memory_gives(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(pages=2))

    with open(path, "rb") as file:
        assert inspect(file) == look(path.read_bytes())


def test_a_missing_path_is_no_refusal(tmp_path):
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "missing.pdf")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pdfs.preceded_by(b"\xef\xbb\xbf"), id="BOM"),
        pytest.param(pdfs.preceded_by(b"\r\n\r\n  \t"), id="blank lines"),
        pytest.param(pdfs.preceded_by(b"\xef\xbb\xbf\n"), id="BOM and blank line"),
        pytest.param(pdfs.preceded_by(b"x" * 999 + b"\n"), id="header at byte 1,000"),
        pytest.param(pdfs.preceded_by(b"x" * 1018 + b"\n"), id="last place for a header"),
        pytest.param(make_pdf() + b"\n" * 500, id="blank lines after the end"),
        pytest.param(make_pdf() + b"<!-- served by cms -->" * 20, id="junk after the end"),
        pytest.param(make_pdf(owner_password="secret"), id="owner password only"),
        pytest.param(pdfs.assemble(), id="plain table"),
        pytest.param(pdfs.compressed(pdfs.ONE_PAGE), id="cross-reference stream"),
        pytest.param(pdfs.compressed(pdfs.ONE_PAGE, [[b"7", b"(x)"]]), id="object stream"),
        pytest.param(pdfs.assemble(header=b"%PDF-abc\n"), id="unknown version"),
    ],
)
def test_an_odd_but_good_file_is_accepted(data):
    assert code(data) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\n", id="one byte"),
        pytest.param(b"Programme", id="text"),
        pytest.param(pdfs.PNG, id="PNG"),
        pytest.param(pdfs.JPEG, id="JPEG"),
        pytest.param(pdfs.HTML, id="HTML"),
        pytest.param(pdfs.preceded_by(b"x" * 1019 + b"\n"), id="header too late"),
        pytest.param(b"\x00" * 2000, id="NULs"),
        pytest.param(b"PDF-1.7", id="header without its sign"),
    ],
)
def test_what_has_no_header_is_not_a_pdf(data):
    assert code(data) == "not_a_pdf"


@pytest.mark.parametrize(
    "magic",
    [
        *(pdfs.PNG, pdfs.JPEG, pdfs.GIF, pdfs.WINDOWS_PROGRAM, pdfs.LINUX_PROGRAM, pdfs.SCRIPT),
        *(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
        *(pdfs.HTML, b"<html>", b"<HTML lang=en>", b"<?xml version='1.0'?>", b"<svg>", b"<script>"),
    ],
)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\n"])
def test_another_format_with_a_pdf_in_it_is_not_a_pdf(magic, before):
    assert code(pdfs.preceded_by(before + magic + b"\n")) == "not_a_pdf"


def test_a_zip_with_a_pdf_in_it_is_not_a_pdf():
    assert code(pdfs.zip_with_pdf()) == "not_a_pdf"


def test_no_bytes_are_empty():
    assert code(b"") == "empty"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pdfs.truncated(0.5), id="cut at 50 %"),
        pytest.param(pdfs.truncated(0.9), id="cut at 90 %"),
        pytest.param(pdfs.truncated(0.99), id="cut at the end"),
        pytest.param(b"%PDF-1.7\n", id="only a header"),
        pytest.param(b"%PDF-1.7\n" + b"\xff\x00(<[" * 3000, id="noise"),
        pytest.param(pdfs.looping_pages(), id="page tree that loops"),
        pytest.param(pdfs.assemble((b"7", *pdfs.ONE_PAGE[1:])), id="catalog that is a number"),
        pytest.param(pdfs.assemble((pdfs.CATALOG,)), id="no page tree"),
        pytest.param(
            pdfs.assemble((pdfs.CATALOG, b"<< /Kids 7 >>")), id="page tree that is a number"
        ),
        pytest.param(
            pdfs.assemble((pdfs.CATALOG, b"<< /Kids [3 0 R 9 0 R] >>", pdfs.PAGE)), id="lost page"
        ),
        pytest.param(pdfs.false_streams(), id="false stream keywords"),
        *(
            pytest.param(pdfs.assemble(start=start), id=f"startxref {start}")
            for start in (2**64, 10**30)
        ),
    ],
)
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_broken_file_is_damaged(data, kind, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)

    inspection = look(data) if kind == "memory" else inspect(path)

    assert inspection.refusal is not None
    assert inspection.refusal.code == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pdfs.without_startxref(), id="no startxref"),
        pytest.param(pdfs.assemble(trailer=b"/Prev 1125899906842624"), id="table far away"),
        pytest.param(pdfs.compressed(pdfs.ONE_PAGE, xref=b""), id="empty cross-reference stream"),
        *(
            pytest.param(pdfs.assemble(start=start), id=f"startxref {start}")
            for start in (-5, 0, 7, 2**50, 2**63 - 1)
        ),
    ],
)
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_file_that_only_lost_its_table_is_mended(data, kind, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)

    inspection = look(data) if kind == "memory" else inspect(path)

    assert inspection.facts is not None
    assert inspection.facts.pages == 1
    assert inspection.findings.repaired


def test_a_good_file_is_not_mended():
    assert not look(make_pdf()).findings.repaired


def test_what_was_mended_is_searched_as_well():
    findings = look(pdfs.with_javascript().replace(b"startxref", b"startxxxx")).findings

    assert findings.repaired
    assert list(findings.active_content) == ["javascript"]


@pytest.mark.parametrize("share", [n / 40 for n in range(1, 40)])
def test_no_cut_of_a_good_file_raises_or_passes(share):
    assert code(pdfs.truncated(share)) in ("not_a_pdf", "damaged")


def test_a_file_that_needs_a_password_is_encrypted():
    assert code(make_pdf(password="secret")) == "encrypted"


def test_a_file_for_holders_of_a_key_is_encrypted():
    assert code(pdfs.encrypted_for_certificates()) == "encrypted"


@pytest.mark.parametrize("tree", [b"<< /Type /Pages /Kids [] >>", b"<< /Type /Pages >>"])
def test_a_file_without_pages_has_no_pages(tree):
    assert code(pdfs.assemble((pdfs.CATALOG, tree))) == "no_pages"


def test_pages_in_a_deep_tree_are_counted():
    nested = (
        b"<< /Type /Pages /Kids [3 0 R 5 0 R] >>",
        b"<< /Type /Pages /Kids [4 0 R] >>",
        b"<< /Type /Pages /Kids [5 0 R 5 0 R] >>",
    )
    facts = look(pdfs.assemble((pdfs.CATALOG, *nested, pdfs.PAGE))).facts

    assert facts is not None
    assert facts.pages == 3


def test_objects_are_counted():
    assert look(pdfs.with_objects(50)).findings.objects == 50


def test_objects_in_streams_are_counted():
    assert look(pdfs.packed_nulls(50)).findings.objects == 50


def test_objects_of_earlier_revisions_are_counted():
    data = pdfs.revised(pdfs.with_objects(50), {1: pdfs.CATALOG, 50: b"7"})

    assert look(data).findings.objects == 52


@pytest.mark.parametrize(
    ("data", "bounds", "exceeded", "value"),
    [
        (pdfs.with_objects(31), Bounds(objects=30), "objects", 31),
        (pdfs.packed_nulls(31), Bounds(objects=30), "objects", 31),
        (pdfs.revised(pdfs.with_objects(30), {30: b"7"}), Bounds(objects=30), "objects", 31),
        (pdfs.with_raw_kids(3), Bounds(pages=2), "pages", 3),
        (pdfs.xref_stream_bomb(), Bounds(), "memory", 0),
        (pdfs.object_stream_bomb(), Bounds(), "memory", 0),
    ],
    ids=["plain", "packed", "revised", "pages", "cross-reference stream", "object stream"],
)
def test_a_file_above_a_bound_is_refused_and_says_which(data, bounds, exceeded, value):
    refusal = inspect(io.BytesIO(data), bounds=bounds).refusal

    assert refusal is not None
    assert refusal.code == "damaged"
    assert dict(refusal.params) == {"exceeded": exceeded, "value": value}


@pytest.mark.parametrize(
    ("tail", "appended"),
    [
        (b"", 0),
        (b"\r\n \t\n" * 50, 0),
        (pdfs.zip_with_pdf(), None),
        (b"PK\x03\x04" * 10, 40),
        (b"\n" + b"x" * 10 + b"\n", 10),
    ],
)
def test_what_follows_the_end_is_counted(tail, appended):
    # The ZIP holds a whole PDF, whose end is the last: what counts is the rest of the ZIP.
    expected = len(tail.rpartition(b"%%EOF\n")[2]) if appended is None else appended

    assert look(make_pdf() + tail).findings.appended == expected


@pytest.mark.parametrize("size", [65_000, 65_536, 65_537, 200_000])
def test_what_follows_the_end_is_counted_however_much_it_is(size):
    assert size <= look(make_pdf() + b"x" * size).findings.appended <= size + 1


def test_an_inspection_is_the_same_wherever_it_is_made():
    data = pdfs.revised(pdfs.with_javascript(), {1: pdfs.CATALOG}) + b"more"

    assert inspect(io.BytesIO(data), isolate="always") == look(data)


class WatchedFile(io.BytesIO):
    """Notes the size of each read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reads: list[int] = []

    def read(self, size=-1):
        data = super().read(size)
        self.reads.append(len(data))
        return data

    def readinto(self, buffer):
        count = super().readinto(buffer)
        self.reads.append(count)
        return count

    def getvalue(self):
        raise AssertionError("copied whole")

    def getbuffer(self):
        raise AssertionError("copied whole")


def test_a_file_is_never_read_whole():
    file = WatchedFile(make_pdf(padding=5 * pdfs.MEBIBYTE))

    assert inspect(file).facts
    assert file.reads
    assert max(file.reads) <= pdfs.MEBIBYTE


@pytest.mark.parametrize(
    "data",
    [
        make_pdf(),
        pdfs.truncated(),
        pdfs.HTML,
        make_pdf(password="secret"),
        pdfs.without_pages(),
        b"",
    ],
    ids=["good", "damaged", "not a PDF", "encrypted", "no pages", "empty"],
)
def test_the_file_is_left_open_and_at_its_start(data):
    file = io.BytesIO(data)
    file.seek(0, os.SEEK_END)

    inspect(file)

    assert (file.closed, file.tell()) == (False, 0)


class BrokenFile(io.BytesIO):
    """Fails after its head, as a disk does."""

    def read(self, size=-1):
        if self.tell() > 0:
            raise OSError("Input/output error")
        return super().read(size)


def test_a_file_that_cannot_be_read_is_no_refusal():
    with pytest.raises(OSError, match="Input/output"):
        inspect(BrokenFile(make_pdf()))


def test_the_limits_of_a_host_s_own_pikepdf_stay():
    before = pikepdf.settings.get_qpdf_limits()

    for data in (make_pdf(), pdfs.packed_nulls(20), pdfs.without_startxref()):
        look(data)

    assert pikepdf.settings.get_qpdf_limits() == before


def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that finds the same packages."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


_INSPECT_AND_SAY_THE_PEAK = """
import re, sys
from django_event_pdfs.pdf import inspect
inspection = inspect(sys.argv[1])
peak = re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]
print(inspection.refusal.code if inspection.refusal else "accepted", int(peak) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux says the peak.")
@pytest.mark.parametrize(
    ("data", "answer"),
    [
        pytest.param(pdfs.object_stream_bomb(), "damaged", id="object stream bomb"),
        pytest.param(pdfs.xref_stream_bomb(), "damaged", id="cross-reference stream bomb"),
        pytest.param(pdfs.one_page_listed(400_000), "damaged", id="one page listed for ever"),
        pytest.param(pdfs.packed_numbers(), "damaged", id="packed numbers that no page needs"),
        pytest.param(pdfs.with_objects(200_000), "accepted", id="200,000 objects"),
    ],
)
def test_a_bomb_takes_little_memory(data, answer, tmp_path: Path):
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(data)

    done = run(_INSPECT_AND_SAY_THE_PEAK, str(bomb))

    assert done.returncode == 0, done.stderr
    said, peak = done.stdout.split()
    assert (said, int(peak) < 300) == (answer, True), done.stdout


_LOAD_THE_LIBRARY = """
import sys, django
django.setup()
for name in "models forms serializers viewsets views urls file_urls checks testing".split():
    __import__(f"django_event_pdfs.{name}")
assert "pikepdf" not in sys.modules
"""


def test_a_process_that_only_reads_never_loads_pikepdf():
    done = run(_LOAD_THE_LIBRARY, DJANGO_SETTINGS_MODULE="tests.settings")

    assert done.returncode == 0, done.stderr
