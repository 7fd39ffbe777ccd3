import io

import pikepdf
import pytest

from django_event_pdfs.pdf.pages import TooManyPages, count_pages
from django_event_pdfs.pdf.structure import open_pdf
from tests import pdfs

NODE = b"<< /Type /Pages /Kids [%s] >>"


def count(*objects: bytes, limit: int = 100, whole: bool = False) -> int:
    data = pdfs.assemble((pdfs.CATALOG, *objects))
    with open_pdf(io.BytesIO(data)) as pdf:
        return count_pages(pdf, limit, whole=whole)


@pytest.mark.parametrize(
    ("objects", "pages"),
    [
        ((NODE % b"3 0 R", pdfs.PAGE), 1),
        ((NODE % b"3 0 R 3 0 R", pdfs.PAGE), 2),
        ((NODE % b"3 0 R 4 0 R", NODE % b"4 0 R", pdfs.PAGE), 2),
        ((NODE % (pdfs.PAGE * 3),), 3),
        ((NODE % b"3 0 R", b"<< /MediaBox [0 0 1 1] >>"), 1),
        ((NODE % b"",), 0),
        ((NODE % b"3 0 R", b"<< /Type /Pages >>"), 0),
        ((pdfs.PAGE,), 1),
    ],
    ids=["one", "listed twice", "nested", "direct", "untyped", "none", "no kids", "no tree"],
)
def test_pages_are_the_leaves(objects, pages):
    assert count(*objects) == pages


@pytest.mark.parametrize(
    "objects",
    [
        (NODE % b"2 0 R",),
        (NODE % b"3 0 R", NODE % b"2 0 R"),
        (NODE % b"3 0 R 3 0 R", NODE % b"4 0 R", pdfs.PAGE),
        (NODE % b"9 0 R",),
        (NODE % b"null",),
        (NODE % b"7",),
        (b"<< /Kids 7 >>",),
    ],
    ids=["itself", "loop", "node listed twice", "missing", "null", "number", "kids are a number"],
)
def test_what_is_no_tree_raises(objects):
    with pytest.raises((TypeError, ValueError, AttributeError)):
        count(*objects)


def test_a_deep_tree_needs_no_stack():
    nodes = [NODE % (b"%d 0 R" % number) for number in range(3, 5_000)]

    assert count(*nodes, pdfs.PAGE) == 1


def test_there_may_be_as_many_as_the_limit():
    assert count(NODE % (b"3 0 R " * 100), pdfs.PAGE) == 100


@pytest.mark.parametrize(
    ("stated", "told"), [(b"", 101), (b"/Count 5000", 5000), (b"/Count -1", 101)]
)
def test_more_are_not_counted_but_told_as_they_are_stated(stated, told):
    root = b"<< /Type /Pages /Kids [%s] %s >>" % (b"3 0 R " * 101, stated)

    with pytest.raises(TooManyPages) as caught:
        count(root, pdfs.PAGE)

    assert caught.value.args == (told,)


LOST = [
    (b"/Count 2", b""),
    (b"/Count 1", b"/Contents 9 0 R"),
    (b"/Count 1", b"/Contents [9 0 R]"),
]


@pytest.mark.parametrize(("stated", "contents"), LOST)
def test_a_mended_file_must_be_whole(stated, contents):
    objects = PAGES_OF_ONE % stated, pdfs.PAGE[:-2] + contents + b" >>"

    assert count(*objects) == 1
    with pytest.raises(ValueError, match=r"(?i)page"):
        count(*objects, whole=True)


PAGES_OF_ONE = b"<< /Type /Pages /Kids [3 0 R] %s >>"


@pytest.mark.parametrize("contents", [b"", b"/Contents 4 0 R", b"/Contents [4 0 R]"])
def test_a_mended_file_that_is_whole_is_counted(contents):
    page, stream = pdfs.PAGE[:-2] + contents + b" >>", pdfs.stream(b"q Q")

    assert count(PAGES_OF_ONE % b"/Count 1", page, stream, whole=True) == 1


def test_pages_are_not_touched():
    data = pdfs.assemble((pdfs.CATALOG, NODE % b"3 0 R 3 0 R", pdfs.PAGE))
    with open_pdf(io.BytesIO(data)) as pdf:
        count_pages(pdf, 100)

        assert [kid.objgen for kid in pdf.Root.Pages.Kids] == [(3, 0)] * 2
        assert isinstance(pdf.Root.Pages, pikepdf.Dictionary)
