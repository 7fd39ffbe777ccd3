import re
import unicodedata

import pytest

from django_event_pdfs.naming import (
    FILENAME_BYTES,
    clean_filename,
    document_stem,
    new_name,
    random_part,
)


@pytest.mark.parametrize(
    ("field", "stem"),
    [("programme_file", "programme"), ("badge", "badge"), ("file_list", "file_list")],
)
def test_the_stem_is_the_field_without_its_ending(field, stem):
    assert document_stem(field) == stem


def test_a_new_name_is_folder_stem_and_130_random_bits():
    name = new_name("events/programmes/", "programme_file")

    assert re.fullmatch(r"events/programmes/programme_[a-z2-7]{26}\.pdf", name)


def test_new_names_never_repeat():
    assert len({new_name("a/", "b_file") for _ in range(1000)}) == 1000


def test_the_random_part_of_a_chosen_name():
    name = new_name("a/", "b_file")

    assert random_part(name) == name[len("a/b_") : -len(".pdf")]


@pytest.mark.parametrize(
    "name",
    [
        "events/programmes/Summit.pdf",
        "events/programmes/summit_9mFaq3x.pdf",
        "a/b_" + "a" * 25 + ".pdf",
        "a/b_" + "A" * 26 + ".pdf",
        "a/b_" + "1" * 26 + ".pdf",
        "a/b_" + "a" * 26 + ".pdf\n",
        "a/b_" + "a" * 26 + ".PDF",
        "",
    ],
)
def test_a_name_of_someone_else_has_no_random_part(name):
    assert random_part(name) is None


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Programme 2026.pdf", "Programme 2026.pdf"),
        ("Programme.PDF", "Programme.PDF"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        (r"C:\Users\ann\Programme.pdf", "Programme.pdf"),
        ("a/b\\c.pdf", "c.pdf"),
        ("pro\x00gram\x07me.pdf", "programme.pdf"),
        ("invoice\u202efdp.pdf", "invoicefdp.pdf"),
        ("a\ud800b.pdf", "ab.pdf"),
        ("a\nb.pdf", "a b.pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("\u0958लम.pdf", "\u0915\u093cलम.pdf"),  # NFC is longer
        ("\U0001d160" * 9 + ".pdf", "\U0001d158\U0001d165\U0001d16e" * 9 + ".pdf"),
        ("大会プログラム.pdf", "大会プログラム.pdf"),
        ("برنامج.pdf", "برنامج.pdf"),
        ("no extension", "no extension"),
        ("two.dots.pdf", "two.dots.pdf"),
        (" spaced .pdf ", "spaced .pdf"),
    ],
)
def test_a_filename_is_cleaned(name, clean):
    assert clean_filename(name, "default.pdf") == clean


@pytest.mark.parametrize(
    "name", ["", ".", "..", "......", "\x00\x00", "\u202e\u202d", "/", "a/", "\\", " ", ". . ."]
)
def test_a_filename_of_nothing_becomes_the_default(name):
    assert clean_filename(name, "programme.pdf") == "programme.pdf"


@pytest.mark.parametrize(
    "name",
    [
        "大" * 200 + ".pdf",
        "a" * 5_000 + ".pdf",
        "😀" * 200 + ".pdf",
        "é" * 200 + ".pdf",
        "x" * 195 + "é.pdf",
        "大" * 66 + "ab.pdf",
    ],
)
def test_a_long_filename_keeps_its_extension_and_fits(name):
    clean = clean_filename(name, "default.pdf")

    assert clean.endswith(".pdf")
    assert FILENAME_BYTES - 4 < len(clean.encode()) <= FILENAME_BYTES


@pytest.mark.parametrize("name", ["大" * 200, "a" * 300, "." + "a" * 300, "a." + "b" * 300])
def test_a_long_filename_without_an_extension_fits(name):
    assert 0 < len(clean_filename(name, "default.pdf").encode()) <= FILENAME_BYTES


def test_the_cut_takes_no_half_letter_with_it():
    # A letter and an accent that no single character stands for.
    clean = clean_filename("q\u0303" * 100 + ".pdf", "default.pdf")

    stem = clean.removesuffix(".pdf")
    assert len(stem) % 2 == 0
    assert stem == "q\u0303" * (len(stem) // 2)


def test_a_cut_name_is_still_normalised():
    clean = clean_filename("e\u0301" * 200 + ".pdf", "default.pdf")

    assert unicodedata.is_normalized("NFC", clean)
