"""A storage in the file system that takes its time, so that a kill finds it half way."""

import time
from collections.abc import Iterator
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PIECE = 1_024


class _InPieces(File):
    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for piece in super().chunks(PIECE):
            yield piece
            time.sleep(0.003)


class SlowStorage(FileSystemStorage):
    def _save(self, name: str, content: "File[Any]") -> str:
        return super()._save(name, _InPieces(content.file, name))

    def size(self, name: str) -> int:
        time.sleep(0.001)
        return super().size(name)
