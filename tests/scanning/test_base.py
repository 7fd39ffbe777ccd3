import pytest

from django_event_pdfs.scanning import Verdict


def test_a_verdict_without_a_signature_is_clean():
    assert not Verdict().is_infected


def test_a_verdict_with_a_signature_is_infected():
    assert Verdict("Win.Test.EICAR_HDB-1").is_infected
    assert Verdict("Win.Test.EICAR_HDB-1").signature == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Evil\x1b[31m\u202ename", "Evil[31mname"),
        ("two\nlines", "two lines"),
        ("\ud800lone", "lone"),
        ("x" * 5000, "x" * 100),
    ],
)
def test_a_signature_is_cleaned(name, cleaned):
    assert Verdict(name).signature == cleaned


@pytest.mark.parametrize("name", ["\0", " ", "\u202e\u202e", "\ud800", "\x01" * 5000])
def test_a_signature_of_which_nothing_is_left_is_no_clean_verdict(name):
    assert Verdict(name).is_infected
    assert Verdict(name).signature
