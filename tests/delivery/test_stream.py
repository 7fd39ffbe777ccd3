"""StreamDelivery: the contract on two storages, and what only a stream can get wrong."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.test import AsyncRequestFactory, RequestFactory

from django_event_pdfs.delivery import BaseDelivery, Representation, StreamDelivery, get_delivery
from django_event_pdfs.delivery.stream import CHUNK_SIZE
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import MemoryStorage
from tests.delivery.contract import CONTENT, SIZE, DeliveryContract, read


class TestStreamDelivery(DeliveryContract):
    @pytest.fixture
    def delivery(self) -> BaseDelivery:
        return StreamDelivery()

    @pytest.fixture(params=["memory", "files"])
    def place(self, request: Any, tmp_path: Path) -> Storage:
        return MemoryStorage() if request.param == "memory" else FileSystemStorage(tmp_path)


class WatchedFile(File):
    """A file that notes how much is asked of it at once, and that it was closed."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.asked: list[int] = []
        self.was_closed = False

    def read(self, size: int = -1) -> bytes:
        self.asked.append(size)
        return self.file.read(size)

    def close(self) -> None:
        self.was_closed = True
        super().close()


class WatchedStorage(FileSystemStorage):
    def __init__(self, location: Path) -> None:
        super().__init__(location)
        self.opened: list[WatchedFile] = []

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            return super()._open(name, mode)
        self.opened.append(WatchedFile(super()._open(name, mode).file))
        return self.opened[-1]


@pytest.fixture
def place(tmp_path: Path) -> WatchedStorage:
    return WatchedStorage(tmp_path)


@pytest.fixture
def document(place: WatchedStorage) -> Representation:
    name = place.save(new_name("events/programmes/", "programme_file"), ContentFile(CONTENT))
    return Representation(place, name, "a.pdf", "private")


@pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["wsgi", "asgi"])
def factory(request: Any) -> Any:
    return request.param()


def respond(factory: Any, document: Representation, method: str = "GET", **headers: str) -> Any:
    return StreamDelivery().respond(factory.generic(method, "/", headers=headers), document)


def test_a_document_is_read_in_chunks(
    factory: Any, document: Representation, place: WatchedStorage
) -> None:
    assert read(respond(factory, document)).body == CONTENT
    asked = place.opened[0].asked
    assert asked == [CHUNK_SIZE, CHUNK_SIZE, SIZE - 2 * CHUNK_SIZE]


def test_no_more_of_a_range_is_read_than_is_sent(
    factory: Any, document: Representation, place: WatchedStorage
) -> None:
    read(respond(factory, document, Range="bytes=10-19"))
    assert place.opened[0].asked == [10]


def test_nothing_is_read_before_the_server_asks(
    factory: Any, document: Representation, place: WatchedStorage
) -> None:
    response = respond(factory, document)
    assert place.opened[0].asked == []
    response.close()


def test_the_file_is_closed_after_the_answer(
    factory: Any, document: Representation, place: WatchedStorage
) -> None:
    read(respond(factory, document))
    assert [file.was_closed for file in place.opened] == [True]


def test_the_file_is_closed_when_the_client_never_reads(
    factory: Any, document: Representation, place: WatchedStorage
) -> None:
    respond(factory, document).close()
    assert place.opened[0].was_closed


def test_the_file_is_closed_when_the_client_goes_away(
    document: Representation, place: WatchedStorage
) -> None:
    response = respond(RequestFactory(), document)
    assert next(iter(response)) == CONTENT[:CHUNK_SIZE]
    response.close()
    assert place.opened[0].was_closed
    assert len(place.opened[0].asked) == 1


def test_the_file_is_closed_when_an_async_client_goes_away(
    document: Representation, place: WatchedStorage
) -> None:
    response = respond(AsyncRequestFactory(), document)

    async def first_chunk() -> bytes:
        return await anext(aiter(response))

    assert asyncio.run(first_chunk()) == CONTENT[:CHUNK_SIZE]
    response.close()
    assert place.opened[0].was_closed


def test_the_file_is_closed_when_it_cannot_be_read_from_there(
    factory: Any,
    document: Representation,
    place: WatchedStorage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(self: WatchedFile, offset: int) -> None:
        raise OSError("no seek")

    monkeypatch.setattr(WatchedFile, "seek", fail)
    with pytest.raises(OSError, match="no seek"):
        respond(factory, document, Range="bytes=5-")
    assert place.opened[0].was_closed


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"If-None-Match": "*"}),
        ("GET", {"If-Match": '"other"'}),
        ("GET", {"Range": f"bytes={SIZE}-"}),
    ],
)
def test_an_answer_without_a_body_opens_nothing(
    factory: Any,
    document: Representation,
    place: WatchedStorage,
    method: str,
    headers: dict[str, str],
) -> None:
    read(respond(factory, document, method, **headers))
    assert place.opened == []


def test_asgi_gets_an_async_iterator_and_wsgi_a_plain_one(document: Representation) -> None:
    for factory, is_async in ((RequestFactory(), False), (AsyncRequestFactory(), True)):
        response = respond(factory, document)
        assert response.is_async is is_async
        response.close()


def test_a_file_cut_short_meanwhile_ends_the_answer(
    factory: Any, document: Representation, place: WatchedStorage
) -> None:
    response = respond(factory, document)
    os.truncate(place.path(document.name), 1000)
    assert read(response).body == CONTENT[:1000]


def test_two_readers_of_one_file_do_not_disturb_each_other(document: Representation) -> None:
    responses = [respond(RequestFactory(), document) for _ in range(2)]
    first, second = map(iter, responses)
    assert next(first) == next(second) == CONTENT[:CHUNK_SIZE]
    assert next(second) == next(first) == CONTENT[CHUNK_SIZE : 2 * CHUNK_SIZE]
    for response in responses:
        response.close()


def test_a_legacy_etag_follows_size_and_time(factory: Any, place: WatchedStorage) -> None:
    place.save("old.pdf", ContentFile(CONTENT))
    legacy = Representation(place, "old.pdf", "old.pdf", "private, no-cache")

    def etag() -> str:
        return read(respond(factory, legacy, "HEAD")).headers["ETag"]

    moments = [datetime(2020, 1, 1, tzinfo=UTC).timestamp() + step for step in (0, 0.25, 60)]
    seen = set()
    for moment in moments:
        os.utime(place.path("old.pdf"), (moment, moment))
        assert etag() == etag()
        seen.add(etag())
    assert len(seen) == len(moments)


def test_who_may_frame_a_document_is_an_option(settings: Any, document: Representation) -> None:
    settings.EVENT_PDFS = {
        "DELIVERY": {"OPTIONS": {"frame_ancestors": ["https://app.example.org"]}},
    }
    answer = read(get_delivery().respond(RequestFactory().get("/"), document))
    expected = "frame-ancestors https://app.example.org"
    assert answer.headers["Content-Security-Policy"] == expected
