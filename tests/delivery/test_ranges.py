"""Byte ranges, as RFC 9110, section 14, has them. The files here have 100 bytes."""

import pytest

from django_event_pdfs.delivery.ranges import ByteRange, UnsatisfiableRange, parse_range


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-9", 0, 10),
        ("bytes=10-19", 10, 20),
        ("bytes=99-99", 99, 100),
        ("bytes=0-99", 0, 100),
        ("bytes=0-100", 0, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=0-999999999999999999", 0, 100),
        ("bytes=0-", 0, 100),
        ("bytes=99-", 99, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-100", 0, 100),
        ("bytes=-101", 0, 100),
        ("bytes=-999999999999999999", 0, 100),
        ("bytes=000-009", 0, 10),
        ("Bytes=0-9", 0, 10),
        ("  bytes = 0 - 9  ", 0, 10),
    ],
)
def test_one_satisfiable_range_is_found(header: str, start: int, stop: int) -> None:
    assert parse_range(header, 100) == ByteRange(start, stop)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=5000-5001", "bytes=-0"])
def test_a_range_outside_the_file_is_unsatisfiable(header: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"])
def test_no_range_of_an_empty_file_is_satisfiable(header: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 0)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1-b",
        "bytes=--1",
        "bytes=1--2",
        "bytes=+1-2",
        "bytes=0x1-0x2",
        "bytes=1.0-2.0",
        "bytes=9-5",
        "bytes=500-400",
        "bytes=\u0661-\u0662",
        "bytes=²-³",
        "bytes 0-9",
        "pages=1-2",
        "bytes=0-9,\n20-29",
    ],
)
def test_a_malformed_header_is_ignored(header: str) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize(
    "header",
    ["bytes=0-0,-1", "bytes=0-9, 20-29", "bytes=" + ",".join(["0-"] * 1000), "bytes=,0-1"],
)
def test_several_ranges_are_ignored(header: str) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize("digits", [19, 5_000, 100_000])
@pytest.mark.parametrize("form", ["bytes={}-", "bytes=0-{}", "bytes=-{}"])
def test_a_number_longer_than_any_offset_is_ignored(form: str, digits: int) -> None:
    assert parse_range(form.format("9" * digits), 100) is None


def test_the_length_of_a_range_is_in_bytes() -> None:
    assert ByteRange(10, 20).length == 10
