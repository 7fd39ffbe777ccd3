"""Files that went through anything: whatever comes of them is an answer."""

import io
from collections.abc import Callable

import pytest

from django_event_pdfs.pdf import ACTIVE_CONTENT, inspect
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.hostile.encryption import KINDS, saved
from tests.hostile.mangled import compact, linearised
from tests.hostile.places import PLACES

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SOURCES = [
    make_pdf(pages=3, title="Programme"),
    compact(),
    linearised(),
    pdfs.compressed(pdfs.ONE_PAGE, [[b"<< /S /Launch >>", b"null"]]),
    PLACES["overwritten-revision"]((b"<< /S /Launch /F (a.exe) >>",)),
    saved(KINDS["aes-128"])(),
]
TOKENS = [
    *(b"<<", b">>", b"[", b"]", b"(", b")", b"<", b"/", b"%", b"#", b"null", b"R", b"1 0 R", b"-1"),
    *(
        b"obj",
        b"endobj",
        b"stream\n",
        b"endstream",
        b"xref\n",
        b"trailer",
        b"startxref\n",
        b"%%EOF",
    ),
    *(b"/Length 999999999", b"/Kids [2 0 R]", b"/Prev 9", b"/Type /ObjStm", b"/Type /XRef"),
    *(b"/Filter /FlateDecode", b"/Root 1 0 R", b"/Encrypt << >>", b"99999999999999999999"),
    *(b"%%EOF", b"\0", b"/Index [0 9999999]"),
]

Change = Callable[[bytes], bytes]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Return one accident, at a place that is a share of the file."""
    share, size = draw(st.floats(0, 1)), draw(st.integers(1, 400))
    what = draw(st.sampled_from(["flip", "remove", "double", "cut", "insert", "overwrite", "move"]))
    token, to = draw(st.sampled_from(TOKENS)), draw(st.floats(0, 1))

    def change(data: bytes) -> bytes:
        at = int(share * len(data))
        head, block, tail = data[:at], data[at : at + size], data[at + size :]
        rest, target = head + tail, int(to * len(head + tail))
        return {
            "flip": head + bytes(byte ^ 1 << size % 8 for byte in block[:1]) + block[1:] + tail,
            "remove": rest,
            "double": head + block * 2 + tail,
            "cut": head,
            "insert": head + token + block + tail,
            "overwrite": head + token + data[at + len(token) :],
            "move": rest[:target] + block + rest[target:],
        }[what]

    return change


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.sampled_from(SOURCES), st.lists(changes(), min_size=1, max_size=5))
def test_a_mutated_file_gets_an_answer(data: bytes, accidents: list[Change]):
    for accident in accidents:
        data = accident(data)
    file = io.BytesIO(data)

    inspection = inspect(file)

    assert (inspection.facts is None) is (inspection.refusal is not None)
    assert inspection.findings.active_content.keys() <= ACTIVE_CONTENT.keys()
    assert (file.closed, file.tell()) == (False, 0)
