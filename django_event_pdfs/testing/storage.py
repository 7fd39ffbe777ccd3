"""A storage that forgets."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage


class MemoryStorage(InMemoryStorage):
    """Django's ``InMemoryStorage``, and ``names()`` to see what a test has left in it."""

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        node = super()._open(name, mode)  # type: ignore[misc]
        # Django hands one file with one position to all its readers.
        return node if "w" in mode else ContentFile(node.read(), name)

    def names(self) -> set[str]:
        """Return the name of every file in the storage."""
        return set(self._below(""))

    def _below(self, folder: str) -> Iterator[str]:
        folders, files = self.listdir(folder)
        yield from (f"{folder}{name}" for name in files)
        for name in folders:
            yield from self._below(f"{folder}{name}/")
