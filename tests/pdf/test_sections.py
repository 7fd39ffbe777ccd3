import pytest

from django_event_pdfs.pdf.sections import has_rows_twice

ROW = b"0000000015 00000 n \n"


def table(*subsections: tuple[int, int], row: bytes = ROW) -> bytes:
    parts = [b"%d %d\n%s" % (first, count, row * count) for first, count in subsections]
    return b"%PDF-1.7\nxref\n" + b"".join(parts) + b"trailer\n<< >>\n"


START = table().index(b"xref")


@pytest.mark.parametrize(
    ("subsections", "twice"),
    [
        ([(0, 3)], False),
        ([(0, 3), (3, 1), (10, 2)], False),
        ([(10, 2), (0, 3)], False),
        ([(0, 3), (3, 0), (3, 1)], False),
        ([(0, 3), (2, 1)], True),
        ([(10, 1), (0, 3), (10, 1)], True),
        ([], False),
    ],
)
@pytest.mark.parametrize("row", [ROW, b"15 0 n\n", b"0000000015 00000 n\r\n", b"15 0 f "])
def test_a_table_is_read_by_its_subsections(subsections, twice, row):
    assert has_rows_twice({}, table(*subsections, row=row), START) is twice


@pytest.mark.parametrize(
    ("index", "twice"),
    [
        ([0, 3], False),
        ([0, 3, 3, 4], False),
        ([0, 3, 2, 1], True),
        ([5, 1, 0, 6], True),
        ([0, 3, 2], False),
        ([], False),
    ],
)
def test_a_stream_is_read_by_its_index(index, twice):
    assert has_rows_twice({"/Index": index}, b"%PDF-1.7\n7 0 obj", 9) is twice


def test_a_stream_without_an_index_has_each_row_once():
    assert not has_rows_twice({"/Size": 3}, b"%PDF-1.7\n7 0 obj", 9)


def test_places_count_from_the_header():
    assert has_rows_twice({}, b"\n" * 50 + table((0, 2), (1, 1)), START)


@pytest.mark.parametrize("start", [0, 5, 10_000])
def test_a_place_where_there_is_no_section_says_nothing(start):
    assert not has_rows_twice({}, table((0, 2), (1, 1)), start)
