"""Streaming by Django: any storage, any server, constant memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from django_event_pdfs.delivery.base import BaseDelivery, Representation
from django_event_pdfs.delivery.ranges import ByteRange
from django_event_pdfs.storage import reading

CHUNK_SIZE = 64 * 1024


class StreamDelivery(BaseDelivery):
    """Reads the file from the storage and hands it on in chunks of 64 KiB."""

    def body(
        self, request: HttpRequest, document: Representation, wanted: ByteRange
    ) -> HttpResponseBase:
        with reading(document.storage, document.name):
            file = document.storage.open(document.name, "rb")
            try:
                file.seek(wanted.start)
            except BaseException:
                file.close()
                raise
        # Django reads a sync iterator to its end before it sends the first byte under ASGI.
        part = (_AsyncPart if isinstance(request, ASGIRequest) else _Part)(file, wanted.length)
        response = StreamingHttpResponse(part)
        response["Content-Length"] = str(wanted.length)
        response["Accept-Ranges"] = "bytes"
        return response


class _FilePart:
    """The next ``length`` bytes of a file. Django calls ``close`` when the answer has ended."""

    def __init__(self, file: "File[Any]", length: int) -> None:
        self.file = file
        self.left = length

    def read(self) -> bytes:
        chunk: bytes = self.file.read(min(CHUNK_SIZE, self.left)) if self.left else b""
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.file.close()


class _Part(_FilePart):
    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")


class _AsyncPart(_FilePart):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await asyncio.to_thread(self.read):
            yield chunk
