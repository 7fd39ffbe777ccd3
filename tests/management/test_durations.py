"""Durations as people write them."""

from argparse import ArgumentTypeError
from datetime import timedelta

import pytest

from django_event_pdfs.management.durations import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_has_a_number_and_a_unit(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "24",
        "24 h",
        "-1h",
        "1.5h",
        "24H",
        "1w",
        "1d12h",
        "٣h",
        "9" * 12 + "d",
        "9" * 5000 + "s",
    ],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ArgumentTypeError):
        duration(text)
