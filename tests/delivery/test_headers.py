"""The headers of a document, read back as RFC 6266 and RFC 8187 tell a browser to."""

import re
from urllib.parse import unquote

import pytest
from django.http import HttpResponse

from django_event_pdfs.delivery.headers import protective_headers
from django_event_pdfs.disposition import content_disposition

# RFC 6266, 4.1, in the one form that we write: a quoted string without escapes, then UTF-8.
FORM = re.compile(
    r"(?P<kind>inline|attachment)"
    r'; filename="(?P<plain>[\x20\x21\x23-\x5b\x5d-\x7e]+)"'
    r"(?:; filename\*=UTF-8''(?P<extended>(?:[A-Za-z0-9!#$&+\-.^_`|~]|%[0-9A-F]{2})+))?"
)

FILENAMES = [
    "Programme 2026.pdf",
    "a.pdf",
    "two  spaces.pdf",
    "semi;colon.pdf",
    "comma, equals=.pdf",
    'quo"te.pdf',
    "apostro'phe.pdf",
    "back\\slash.pdf",
    "100%.pdf",
    "100%25.pdf",
    "résumé.pdf",
    "re\u0301sume\u0301.pdf",
    "議程.pdf",
    "議程 2026.pdf",
    "プログラム.pdf",
    "برنامج المؤتمر.pdf",
    "תוכנית.pdf",
    "कार्यक्रम.pdf",
    "Программа.pdf",
    "🎉 party 🎉.pdf",
    "full／width＂quote＼％.pdf",
    "℀.pdf",
    ".hidden.pdf",
    "no extension",
    "UTF-8''x.pdf",
    'x"; filename="evil.exe',
    "a" * 195 + ".pdf",
    "會" * 65 + ".pdf",
]


def parts(header: str) -> dict[str, str]:
    match = FORM.fullmatch(header)
    assert match, header
    return match.groupdict()


@pytest.mark.parametrize("filename", FILENAMES)
def test_a_filename_comes_back_right(filename: str) -> None:
    found = parts(content_disposition(filename, download=False))
    read = unquote(found["extended"], errors="strict") if found["extended"] else found["plain"]
    assert read == filename


@pytest.mark.parametrize("filename", FILENAMES)
def test_the_plain_filename_is_safe_for_old_clients(filename: str) -> None:
    plain = parts(content_disposition(filename, download=False))["plain"]
    assert plain == plain.strip()
    assert not plain.startswith(".")
    assert not set(plain) & set('"\\/%')


def test_an_ascii_filename_is_given_once() -> None:
    header = content_disposition("Programme 2026.pdf", download=False)
    assert header == 'inline; filename="Programme 2026.pdf"'


def test_a_download_is_an_attachment() -> None:
    assert parts(content_disposition("a.pdf", download=True))["kind"] == "attachment"


@pytest.mark.parametrize("filename", ["議程.pdf", "🎉.pdf", "", ".pdf", "...", "   "])
def test_a_filename_without_a_letter_for_old_clients_gets_a_neutral_one(filename: str) -> None:
    assert 'filename="document.pdf"' in content_disposition(filename, download=False)


@pytest.mark.parametrize(
    "filename",
    ["a\r\nSet-Cookie: x=1.pdf", "a\nb.pdf", "a\x00b.pdf", "a\x7f.pdf", "a\x85\u2028b.pdf"],
)
def test_a_legacy_name_with_control_characters_cannot_end_the_header(filename: str) -> None:
    header = content_disposition(filename, download=False)
    parts(header)
    assert HttpResponse(headers={"Content-Disposition": header})["Content-Disposition"] == header


def test_a_legacy_name_that_is_no_text_is_still_a_header() -> None:
    parts(content_disposition("a\udcff.pdf", download=False))


@pytest.mark.parametrize(("public", "policy"), [(True, "cross-origin"), (False, "same-site")])
def test_only_public_documents_may_be_embedded_from_other_sites(public: bool, policy: str) -> None:
    headers = protective_headers(["'self'"], public=public)
    assert headers["Cross-Origin-Resource-Policy"] == policy


def test_a_document_is_not_sniffed_and_does_not_leak_its_link() -> None:
    headers = protective_headers(["'self'"], public=False)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_frame_ancestors_are_those_of_the_option() -> None:
    headers = protective_headers(["'self'", "https://app.example.org"], public=False)
    expected = "frame-ancestors 'self' https://app.example.org"
    assert headers["Content-Security-Policy"] == expected
