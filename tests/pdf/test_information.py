"""What a PDF says of itself, and how little of it is believed."""

import io

import pytest

from django_event_pdfs.pdf import Facts, inspect
from django_event_pdfs.testing import make_pdf
from tests import pdfs

FLAGS = ("encrypted", "signed", "linearised", "tagged")
FORM = b"/AcroForm << /Fields [] /SigFlags %s >>"


def facts_of(data: bytes) -> Facts:
    facts = inspect(io.BytesIO(data)).facts
    assert facts is not None
    return facts


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (make_pdf(), set()),
        (pdfs.assemble(), set()),
        (pdfs.compressed(pdfs.ONE_PAGE), set()),
        (make_pdf(owner_password="secret"), {"encrypted"}),
        (pdfs.linearised(), {"linearised"}),
        (pdfs.with_catalog(FORM % b"1"), {"signed"}),
        (pdfs.with_catalog(FORM % b"3"), {"signed"}),
        (pdfs.with_catalog(FORM % b"2"), set()),
        (pdfs.with_catalog(FORM % b"(1)"), set()),
        (pdfs.with_catalog(b"/AcroForm 7"), set()),
        (pdfs.with_catalog(b"/MarkInfo << /Marked true >>"), {"tagged"}),
        (pdfs.with_catalog(b"/MarkInfo << /Marked false >>"), set()),
        (pdfs.with_catalog(b"/MarkInfo << /Marked 1 >>"), set()),
        (pdfs.with_catalog(b"/MarkInfo [true]"), set()),
        (pdfs.with_catalog(FORM % b"3" + b" /MarkInfo << /Marked true >>"), {"signed", "tagged"}),
    ],
)
def test_what_a_file_is(data, expected):
    facts = facts_of(data)

    assert {name for name in FLAGS if getattr(facts, name) is True} == expected
    assert {name for name in FLAGS if getattr(facts, name) is False} == set(FLAGS) - expected


def test_who_produced_a_file():
    assert facts_of(pdfs.with_raw_title(b"LibreOffice 24.2", b"/Producer")).producer == (
        "LibreOffice 24.2"
    )
    assert facts_of(pdfs.assemble()).producer == ""


def test_a_producer_is_cleaned_as_a_title_is():
    raw = b"\xfe\xff" + "a\u202e\x00\nb".encode("utf-16-be") + b"\x00c" * 5_000

    assert facts_of(pdfs.with_raw_title(raw, b"/Producer")).producer == "a b" + "c" * 297


def test_the_information_of_an_encrypted_file_is_decoded():
    data = make_pdf(title="Programme", owner_password="secret")

    assert facts_of(data).title == "Programme"


@pytest.mark.parametrize(
    ("header", "catalog", "version"),
    [
        (b"%PDF-1.4\n", b"", "1.4"),
        (b"%PDF-1.4\n", b"/Version /1.7", "1.7"),
        (b"%PDF-2.0\n", b"/Version /1.7", "2.0"),
        (b"%PDF-1.4\n", b"/Version /#00#E2#80#AE", "1.4"),
        (b"%PDF-1.4\n", b"/Version 7", "1.4"),
        (b"%PDF-1." + b"9" * 900 + b"\n", b"", "1.9"),
    ],
)
def test_the_version_is_the_later_one_and_short(header, catalog, version):
    root = pdfs.CATALOG.replace(b">>", catalog + b" >>")
    facts = facts_of(pdfs.assemble((root, *pdfs.ONE_PAGE[1:]), header=header))

    assert facts.pdf_version == version


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (b"Tech\x00Sum\x00mit", "TechSummit"),
        (b"\x00" * 50, ""),
        (b"\xfe\xff" + "Café – 大会".encode("utf-16-be"), "Café – 大会"),
        (b"\xef\xbb\xbf" + "Café".encode(), "Café"),
        (b"\xfe\xff" + "a\u202efdp.exe".encode("utf-16-be"), "afdp.exe"),
        (b"A" * 5_000_000, "A" * 300),
        (b"\xfe\xff" + "大".encode("utf-16-be") * 500_000, "大" * 300),
    ],
    ids=["NULs", "only NULs", "UTF-16", "UTF-8", "bidi", "5 MB", "1 MB of UTF-16"],
)
def test_the_title_is_clean(raw, title):
    facts = facts_of(pdfs.with_raw_title(raw))

    assert facts.title == title


@pytest.mark.parametrize(
    "raw",
    [
        b"\xfe\xff\xd8\x00\xd8\x00",
        b"\xfe\xff\x00A\xdc\x00",
        b"\xfe\xff\x00",
        b"\xef\xbb\xbf\xff\xfe",
    ],
    ids=["high surrogates", "low surrogate", "half a character", "no UTF-8"],
)
def test_a_title_that_is_no_text_is_stored_as_text_or_not_at_all(raw):
    facts = facts_of(pdfs.with_raw_title(raw))

    facts.title.encode()


@pytest.mark.parametrize("info", [b"7", b"[]", b"<< /Title 7 >>", b"<< /Title /Name >>", b"null"])
def test_information_of_a_wrong_type_gives_no_title(info):
    facts = facts_of(pdfs.assemble((*pdfs.ONE_PAGE, info), trailer=b"/Info 4 0 R"))

    assert facts.title == ""
