"""Stored files are read in pieces, and what storages raise is told apart."""

from hashlib import sha256

import pytest
from django.core.files.base import ContentFile

from django_event_pdfs.maintenance.reading import Digest, digest, local_copy, problem, size_of
from tests.maintenance.faults import Odd, fail, open_unseekable

SIZES = (0, 1, 300_000, 3_000_000)


@pytest.fixture(params=SIZES)
def data(request, storage):
    data = bytes(range(250)) * (request.param // 250) + b"x" * (request.param % 250)
    storage.save("a/b.pdf", ContentFile(data))
    return data


def test_a_digest_is_of_the_whole_file(storage, data, monkeypatch):
    open_unseekable(monkeypatch, storage)
    assert digest(storage, "a/b.pdf") == Digest(len(data), sha256(data).hexdigest())


def test_a_copy_can_be_sought_in_and_has_its_digest(storage, data, monkeypatch):
    open_unseekable(monkeypatch, storage)
    with local_copy(storage, "a/b.pdf") as (file, read):
        assert read == Digest(len(data), sha256(data).hexdigest())
        assert file.size == len(data)
        assert file.read() == data
        file.seek(0)
        assert b"".join(file.chunks()) == data


def test_a_size_is_that_of_the_file(storage, data):
    assert size_of(storage, "a/b.pdf") == len(data)


def test_what_is_not_there_has_no_size(storage):
    assert size_of(storage, "a/b.pdf") is None


def test_an_error_of_a_client_means_missing_where_the_file_is_not_there(storage, monkeypatch):
    fail(monkeypatch, storage, "size", Odd("404"))
    assert size_of(storage, "a/b.pdf") is None


@pytest.mark.parametrize("error", [Odd("503"), ValueError("no size"), TimeoutError(), OSError()])
def test_an_error_is_no_size_where_the_file_is_there(storage, monkeypatch, error):
    storage.save("a/b.pdf", ContentFile(b"x"))
    fail(monkeypatch, storage, "size", error)
    with pytest.raises(type(error)):
        size_of(storage, "a/b.pdf")


def test_a_folder_that_may_not_be_entered_does_not_mean_missing(storage, monkeypatch):
    fail(monkeypatch, storage, "size", PermissionError())
    with pytest.raises(PermissionError):
        size_of(storage, "a/b.pdf")


def test_a_problem_is_one_line():
    assert problem(Odd("first\nsecond\x00")).splitlines() == [problem(Odd("first\nsecond\x00"))]
    assert problem(Odd("403")).startswith("Odd")
