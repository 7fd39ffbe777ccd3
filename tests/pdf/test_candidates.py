import io
import re

import pikepdf
import pytest

from django_event_pdfs.pdf.candidates import Hidden, suspects
from django_event_pdfs.pdf.structure import open_pdf
from tests import pdfs
from tests.hostile.writing import Writer, packed, with_xref_stream

LAUNCH = b"<< /S /Launch /F (a.exe) >>"


def picked(data: bytes) -> list[tuple[int, int]]:
    with open_pdf(io.BytesIO(data)) as pdf:
        return [objgen for objgen, _ in suspects(pdf, pdf.get_xref_table(), data)]


def plain(*objects: bytes) -> bytes:
    return pdfs.assemble((*pdfs.ONE_PAGE, *objects))


def in_pack(*objects: bytes) -> bytes:
    page = dict(enumerate(pdfs.ONE_PAGE, 1))
    return packed(page, {10: list(enumerate(objects, 20))})


SUSPECT = [
    LAUNCH,
    b"<< /S /JavaScript >>",
    b"<< /S /J#61vaScript >>",
    b"<< /S 3 0 R >>",
    b"<< /Subtype 3 0 R >>",
    b"<< /URI (javascript:a) >>",
    b"<< /URI <6a3a> >>",
    b"<< /URI 3 0 R >>",
    b"<< /FontMatrix [1 0 0 1 0 (a)] >>",
    b"<< /FontMatrix 3 0 R >>",
    b"<< /AA << >> >>",
    b"<< /EF << >> >>",
    b"<< /XFA [] >>",
    b"<< /F (a) >>",
    b"<< /F 3 0 R >>",
    b"[<< /JS (a) >>]",
]
HARMLESS = [
    b"<< /S /GoTo >>",
    b"<< /URI (https://a.test/) >>",
    b"<< /URI (mailto:a@a.test) >>",
    b"<< /FontMatrix [.001 0 0 .001 -1 +2] >>",
    b"<< /F 7 >>",
    b"<< /Launching /JavaScripts >>",
    b"<< /Name /Times#20Bold >>",
    b"(/S /Launch)",
    b"/Launch",
    b"7",
]


@pytest.mark.parametrize("text", SUSPECT)
def test_an_object_that_may_be_something_is_picked(text):
    assert picked(plain(b"null", text)) == [(5, 0)]


@pytest.mark.parametrize("text", SUSPECT)
def test_it_is_picked_out_of_an_object_stream(text):
    assert picked(in_pack(b"null", text)) == [(21, 0)]


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("file", [plain, in_pack])
def test_an_object_that_cannot_be_anything_is_not(file, text):
    assert picked(file(b"null", text)) == []


def test_blanks_and_comments_hide_nothing():
    stream = b"<< /Length 0 /F 5%\n0 R >>\nstream\n\nendstream"

    assert picked(plain(stream, b"(a)")) == [(4, 0)]
    assert picked(plain(b"<</S%a\r/Launch>>")) == [(4, 0)]
    assert picked(plain(b"<</S\x00\x0c5 0 R>>", b"/Launch")) == [(4, 0)]


def test_the_bytes_of_a_picture_are_not_searched_but_its_dictionary_is():
    picture = pdfs.stream(bytes(range(256)) * 4000, b"/F (a)").replace(b"/Filter /FlateDecode", b"")

    assert picked(plain(picture)) == [(4, 0)]


def encrypted() -> bytes:
    """Return a file whose one odd address is encrypted, and not written in hex as qpdf does."""
    buffer = io.BytesIO()
    encryption = pikepdf.Encryption(owner="a", R=3, aes=False, metadata=False)
    with pikepdf.open(io.BytesIO(plain(b"<< /S /URI /URI (javascRipt:a) >>"))) as pdf:
        pdf.pages[0].Link = pdf.get_object(4, 0)
        pdf.save(buffer, encryption=encryption, static_id=True)
    data = buffer.getvalue()
    text = re.search(rb"/URI <(\w+)>", data)[1]
    literal = b"(" + re.sub(rb"([()\\])", rb"\\\1", bytes.fromhex(text.decode())) + b")"
    assert not re.search(rb"[:\\]", literal)
    return data.replace(b"<" + text + b">", literal.ljust(len(text) + 2))


def test_what_is_encrypted_is_not_searched_but_read():
    assert len(picked(encrypted())) == 1


BROKEN = b"<< /S /Launch /X %s >>" % (b"[" * 600 + b"]" * 600)


@pytest.mark.parametrize(
    "data",
    [
        plain(BROKEN),
        in_pack(BROKEN),
        in_pack(b"<< /AA << >> >>", BROKEN),
        plain(LAUNCH).replace(b"4 0 obj", b"5 0 obj"),
        plain(LAUNCH).replace(b"4 0 obj", b"4 1 obj"),
        packed(dict(enumerate(pdfs.ONE_PAGE, 1)), {10: [(20, b"null"), (20, LAUNCH)]}),
    ],
    ids=["plain", "packed", "beside a suspect", "other number", "other generation", "twice"],
)
def test_what_is_suspect_and_not_seen_raises(data):
    with pytest.raises(Hidden):
        picked(data)


def moved(objects: tuple[bytes, ...], offset: bytes) -> bytes:
    """Return a file whose table has the last object elsewhere."""
    data = plain(*objects)
    place = b"%010d" % data.index(b"%d 0 obj" % (len(objects) + 3))
    return data.replace(place, offset)


def test_a_lost_object_is_looked_for_in_all_of_the_file():
    with pytest.raises(Hidden):
        picked(moved((LAUNCH,), b"0000000000"))


@pytest.mark.parametrize(
    "data",
    [
        plain(LAUNCH, b"null"),
        plain(LAUNCH, b""),
        plain(LAUNCH, b"[" * 600),
        moved((LAUNCH, b"<< /S /GoTo >>"), b"0000000000"),
    ],
    ids=["null", "empty", "broken", "nowhere"],
)
def test_what_is_not_seen_but_cannot_be_anything_does_not(data):
    assert picked(data) == [(4, 0)]


def test_nothing_is_at_the_start_of_the_file():
    catalog = pdfs.CATALOG[:-2] + b"/AA << >> >>"
    data = pdfs.assemble((catalog, pdfs.PAGES, pdfs.PAGE, b"<< /S /GoTo >>"))
    place = b"%010d" % data.index(b"4 0 obj")

    assert picked(data.replace(place, b"0000000000")) == [(1, 0)]


def test_places_count_from_the_header():
    assert picked(b"\n" * 50 + plain(LAUNCH, b"null")) == [(4, 0)]


def test_what_no_table_names_is_looked_for_where_something_is_lost():
    lost = moved((b"<< /AA << >> >>", b"<< /A 1 >>"), b"0000000015")
    start, more = lost.index(b"xref\n"), b"9 0 obj\n<< /S /Launch >>\nendobj\n"
    end = b"startxref\n%d\n%%%%EOF\n" % (start + len(more))
    table = lost[start:].partition(b"startxref")[0]

    assert picked(lost) == [(4, 0)]
    with pytest.raises(Hidden):
        picked(lost[:start] + more + table + end)


def test_null_in_an_object_stream_hides_nothing():
    assert picked(in_pack(LAUNCH, b"null", b" null ")) == [(20, 0)]


def test_comments_in_the_head_of_an_object_stream_are_no_numbers():
    head = b"20 0 % 21 99\n21 5 "
    text = head + b"null " + LAUNCH
    pack = pdfs.stream(text, b"/Type /ObjStm /N 2 /First %d" % len(head))
    writer = Writer()
    rows = {n: (1, writer.add(n, body), 0) for n, body in enumerate(pdfs.ONE_PAGE, 1)}
    rows |= {10: (1, writer.add(10, pack), 0), 20: (2, 10, 0), 21: (2, 10, 1)}
    assert picked(with_xref_stream(writer, rows)) == [(21, 0)]
