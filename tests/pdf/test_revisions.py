import io

import pikepdf
import pytest

from django_event_pdfs.pdf.candidates import Hidden
from django_event_pdfs.pdf.revisions import earlier_revisions
from django_event_pdfs.pdf.structure import open_pdf
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.hostile.hidden import hybrid, row_twice
from tests.hostile.writing import Writer

OLD, NEW = b"<< /Old true >>", b"<< /New true >>"


def revisions(data: bytes) -> list[dict[tuple[int, int], object]]:
    """Return what each earlier revision alone has, as text."""
    with open_pdf(io.BytesIO(data)) as pdf:
        return [
            {key: revision.get_object(key).unparse(resolved=True) for key in replaced}
            for revision, replaced in earlier_revisions(pdf, pdf.get_xref_table(), data)
        ]


def first() -> Writer:
    writer = Writer()
    for number, body in enumerate((*pdfs.ONE_PAGE, OLD), 1):
        writer.add(number, body)
    writer.table()
    return writer


def test_a_file_that_was_not_updated_has_none():
    assert revisions(pdfs.assemble()) == []
    assert revisions(pdfs.compressed(pdfs.ONE_PAGE)) == []
    assert revisions(make_pdf()) == []


def test_what_an_update_replaced_is_there():
    writer = first()
    writer.add(4, NEW)

    assert revisions(writer.finish()) == [{(4, 0): b"<< /Old true >>"}]


def test_what_an_update_freed_is_there():
    assert revisions(first().finish(free=[4])) == [{(4, 0): b"<< /Old true >>"}]


def test_what_an_update_left_alone_is_not_repeated():
    writer = first()
    writer.add(5, NEW)

    assert revisions(writer.finish()) == [{}]


def test_the_newest_comes_first():
    writer = first()
    for body in (NEW, b"<< /Newer true >>"):
        writer.add(4, body)
        writer.table()

    assert revisions(bytes(writer.out)) == [
        {(4, 0): b"<< /New true >>"},
        {(4, 0): b"<< /Old true >>"},
    ]


def test_a_linearised_file_has_none_to_show():
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf(pages=3))) as pdf:
        pdf.save(buffer, linearize=True)

    assert [replaced for replaced in revisions(buffer.getvalue()) if replaced] == []


def test_a_hybrid_file_reads_in_two_ways():
    assert {(10, 0): b"<< /F (a.exe) /S /Launch >>"} in revisions(hybrid())


def test_bytes_before_the_header_move_nothing():
    writer = first()
    writer.add(4, NEW)
    data = b"\n" * 100 + writer.finish()

    assert revisions(data) == [{(4, 0): b"<< /Old true >>"}]


def test_a_table_with_two_rows_for_an_object_raises():
    with pytest.raises(Hidden):
        revisions(row_twice())
