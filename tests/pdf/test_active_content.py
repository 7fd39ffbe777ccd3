import io
from collections.abc import Iterable

import pikepdf
import pytest

from django_event_pdfs.pdf.active_content import (
    ACTIVE_CONTENT,
    find_in_catalog,
    find_in_object,
)
from tests import pdfs

STREAM = b"<< %s /Length 1 >>\nstream\n \nendstream"


@pytest.fixture
def read() -> Iterable[object]:
    """Give a function that has qpdf read an object; further ones have number 5 and on."""
    opened = []

    def read_object(text: bytes, *more: bytes) -> pikepdf.Object:
        opened.append(pikepdf.open(io.BytesIO(pdfs.assemble((*pdfs.ONE_PAGE, text, *more)))))
        return opened[-1].get_object(4, 0)

    yield read_object
    for pdf in opened:
        pdf.close()


def kinds(item: pikepdf.Object) -> set[str]:
    return {kind for kind, _ in find_in_object(item, "")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"<< /S /Launch /F (a.exe) >>", "launch"),
        (b"<< /S /GoToE /T << /R /C >> >>", "remote_embedded_goto"),
        (b"<< /S /JavaScript /JS (a) >>", "javascript"),
        (b"<< /JS (a) >>", "javascript"),
        (b"<< /S /J#61vaScript >>", "javascript"),
        (b"<< /S /SubmitForm /F (http://a.test/) >>", "submit_form"),
        (b"<< /S /ImportData /F (a.fdf) >>", "import_data"),
        (STREAM % b"/F (http://a.test/)", "import_data"),
        (b"<< /Subtype /Form /Ref << /F (a.pdf) /Page 0 >> >>", "import_data"),
        (b"<< /S /GoToR /F (a.pdf) >>", "remote_goto"),
        (b"<< /S /Thread /F (a.pdf) /D 0 >>", "remote_goto"),
        (b"<< /S /URI /URI (file:///etc/passwd) >>", "unsafe_uri"),
        (b"<< /AA << /O << /S /URI /URI (https://a.test/) >> >> >>", "uri_at_open"),
        (b"<< /Type /Filespec /EF << /F 5 0 R >> >>", "attachment"),
        (STREAM % b"/Type /EmbeddedFile", "attachment"),
        (b"<< /Subtype /FileAttachment >>", "attachment"),
        (b"<< /XFA 5 0 R >>", "xfa"),
        (b"<< /XFA [(template) 5 0 R] >>", "xfa"),
        (b"<< /Subtype /RichMedia >>", "rich_media"),
        (b"<< /S /Movie /T (a) >>", "rich_media"),
        (b"<< /FontMatrix [1 0 0 1 0 (a)] >>", "font_matrix"),
        (b"<< /FontMatrix [1 0 0 1 0 true] >>", "font_matrix"),
        (b"<< /FontMatrix 7 >>", "font_matrix"),
    ],
)
def test_a_kind_is_found(read, text, kind):
    assert kinds(read(text, STREAM % b"")) == {kind}


def test_a_rendition_may_be_a_script_too(read):
    assert kinds(read(b"<< /S /Rendition /JS 5 0 R >>", b"(a)")) == {"javascript", "rich_media"}


def test_the_samples_above_are_of_every_kind():
    [mark] = [m for m in test_a_kind_is_found.pytestmark if m.name == "parametrize"]

    assert {kind for _, kind in mark.args[1]} == ACTIVE_CONTENT.keys()


@pytest.mark.parametrize(
    "text",
    [
        b"<< /S /GoTo /D [3 0 R /Fit] >>",
        b"<< /S /Named /N /NextPage >>",
        b"<< /S /Thread /D 0 >>",
        b"<< /S /URI /URI (https://a.test/?a=javascript:b) >>",
        b"<< /S /URI /URI (a.test:8080/a) >>",
        b"<< /AA << /D << /S /URI /URI (https://a.test/) >> >> >>",
        b"<< /Font << /JS 5 0 R /EF 5 0 R /XFA 5 0 R /AA 5 0 R >> >>",
        b"<< /XObject << /XFA 5 0 R >> >>",
        b"<< /V (JavaScript) /Contents (/S /JavaScript) >>",
        b"<< /FontMatrix [.001 0 0 .001 0 0] >>",
        b"<< /F (a.pdf) /UF (a.pdf) /Type /Filespec >>",
        b"<< /Type /EmbeddedFile >>",
        b"7",
    ],
)
def test_what_only_looks_like_it_is_not(read, text):
    assert kinds(read(text, STREAM % b"/Subtype /Image")) == set()


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (b"<< /S 5 0 R /JS (a) >>", b"/JavaScript"),
        (b"<< /A << /B [[<< /S /JavaScript >>]] >> >>", b"null"),
        (b"[<< /S /JavaScript >>]", b"null"),
        (STREAM % b"/A << /S /JavaScript >>", b"null"),
    ],
    ids=["kind by reference", "nested", "in an array", "in a stream's dictionary"],
)
def test_it_is_found_wherever_it_is_in_an_object(read, text, more):
    assert kinds(read(text, more)) == {"javascript"}


def test_another_object_is_left_to_its_own_turn(read):
    assert kinds(read(b"<< /A 5 0 R >>", b"<< /S /Launch >>")) == set()


def test_the_place_is_a_path_of_keys(read):
    item = read(b"<< /A << /B << /S /Launch >> >> >>")

    assert list(find_in_object(item, "object 4 0 ")) == [("launch", "object 4 0 /A/B")]


@pytest.mark.parametrize(
    ("address", "is_unsafe"),
    [
        (b"(javascript:a)", True),
        (b"(JaVaScRiPt:a)", True),
        (b"(\\000 java\\nscript:a)", True),
        (b"<feff006a006100760061007300630072006900700074003a>", True),
        (b"(\\\\\\\\a.test\\\\b)", True),
        (b"(HTTPS://a.test/)", False),
        (b"(mailto:a@a.test)", False),
        (b"(tel:+331)", False),
        (b"(#a:b)", False),
        (b"(a/b:c)", False),
        (b"()", False),
        (b"7", False),
    ],
)
def test_an_address_is_read_as_browsers_read_it(read, address, is_unsafe):
    assert bool(kinds(read(b"<< /S /URI /URI %s >>" % address))) is is_unsafe


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (b"/OpenAction << /S /URI /URI (https://a.test/) >>", "uri_at_open"),
        (b"/OpenAction << /S /GoTo /Next 5 0 R >>", "uri_at_open"),
        (b"/OpenAction << /S /GoTo /Next [6 0 R 5 0 R] >>", "uri_at_open"),
        (b"/AcroForm << /Fields [] /XFA () >>", "xfa"),
        (b"/URI << /Base (javascript:) >>", "unsafe_uri"),
    ],
)
def test_a_catalog_can_do_more(read, entry, kind):
    address, loop = b"<< /S /URI /URI (https://a.test/) >>", b"<< /S /GoTo /Next 6 0 R >>"

    catalog = read(pdfs.CATALOG[:-2] + entry + b" >>", address, loop)

    assert [kind for kind, _ in find_in_catalog(catalog)] == [kind]


@pytest.mark.parametrize(
    "entry",
    [
        b"/OpenAction [3 0 R /Fit]",
        b"/OpenAction << /S /GoTo /Next 4 0 R >>",
        b"/AcroForm << /Fields [] >>",
        b"/URI << /Base (https://a.test/) >>",
    ],
)
def test_an_ordinary_catalog_does_nothing(read, entry):
    assert list(find_in_catalog(read(pdfs.CATALOG[:-2] + entry + b" >>"))) == []
