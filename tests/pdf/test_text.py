import unicodedata

import pytest

from django_event_pdfs.pdf import clean_text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Tech Summit", "Tech Summit"),
        ("", ""),
        ("\x00\x00", ""),
        ("a\x00b", "ab"),
        ("a\x1b[31mb\x7f\x85c", "a[31mb c"),
        ("a\nb\tc\r\nd", "a b c d"),
        ("  a   b  ", "a b"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200e\u200f\u061cb", "ab"),
        ("a\ud800b\udfff", "ab"),
        ("Cafe\u0301", "Café"),
        ("大会 برنامج תוכנית Программа", "大会 برنامج תוכנית Программа"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ],
)
def test_what_harms_goes_and_the_rest_stays(text, clean):
    assert clean_text(text) == clean


def test_line_separators_do_not_survive():
    assert clean_text("a\u2028b\u2029c") == "a b c"


@pytest.mark.parametrize("text", ["a" * 301, "a" * 5_000_000, "大" * 5_000, "a " * 1_000])
def test_long_text_is_cut(text):
    assert len(clean_text(text)) <= 300


def test_the_cut_leaves_no_blank_at_the_end():
    assert clean_text("a" * 299 + " b") == "a" * 299


def test_the_limit_is_the_callers():
    assert clean_text("abcdef", limit=3) == "abc"


def test_text_stays_short_though_normalising_may_lengthen_it():
    # Excluded from composition: NFC takes these apart.
    assert len(clean_text("\u0958" * 300)) <= 300


def test_every_character_comes_out_safe():
    for start in range(0, 0x110000, 256):
        clean = clean_text("".join(map(chr, range(start, start + 256))), limit=256)
        clean.encode()
        assert not {unicodedata.category(c) for c in clean} & {"Cc", "Cs"}
