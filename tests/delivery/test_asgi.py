"""A link under ASGI, the server's side by hand: what is read, and when the file is let go."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from django_event_pdfs.delivery.stream import CHUNK_SIZE
from django_event_pdfs.links import get_links
from django_event_pdfs.naming import new_name
from tests.delivery.test_stream import WatchedStorage

SIZE = 40 * CHUNK_SIZE


class Server:
    """What an ASGI server is to the application: it takes as much as its client does."""

    def __init__(self, url: str, method: str = "GET") -> None:
        path, _, query = url.partition("?")
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"host", b"testserver")],
        }
        self.chunks: list[int] = []
        self.asked = False
        self.full = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        if not self.asked:
            self.asked = True
            return {"type": "http.request"}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            self.chunks.append(len(message["body"]))
            if len(self.chunks) == 3:  # The client reads no further.
                self.full.set()
                await asyncio.Event().wait()


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> WatchedStorage:
    backend = f"{WatchedStorage.__module__}.{WatchedStorage.__name__}"
    options = {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    place: Any = storages["default"]
    return place


@pytest.fixture
def url(place: WatchedStorage) -> str:
    name = place.save(new_name("events/programmes/", "programme_file"), ContentFile(b"x" * SIZE))
    return get_links().make(name).url


def test_no_more_is_read_than_the_client_takes_and_the_file_is_let_go_with_it(
    url: str, place: WatchedStorage
) -> None:
    async def serve() -> tuple[int, bool]:
        server = Server(url)
        application: Any = get_asgi_application()
        answering = asyncio.ensure_future(application(server.scope, server.receive, server.send))
        await asyncio.wait_for(server.full.wait(), 60)
        for _ in range(100):  # Time enough to read on, if it did.
            await asyncio.sleep(0)
        [file] = place.opened
        read, was_open = sum(file.asked), not file.was_closed
        server.gone.set()
        await asyncio.wait_for(answering, 60)
        return read, was_open

    assert asyncio.run(serve()) == (3 * CHUNK_SIZE, True)
    assert [file.was_closed for file in place.opened] == [True]


def test_head_opens_nothing(url: str, place: WatchedStorage) -> None:
    async def serve() -> list[int]:
        server = Server(url, "HEAD")
        application: Any = get_asgi_application()
        await application(server.scope, server.receive, server.send)
        return server.chunks

    assert asyncio.run(serve()) == []
    assert place.opened == []
