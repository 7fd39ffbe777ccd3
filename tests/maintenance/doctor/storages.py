"""Storages that do all but one thing right."""

from datetime import UTC, datetime, timedelta
from io import BytesIO, UnsupportedOperation
from typing import Any

from django.core.files.base import ContentFile, File

from django_event_pdfs.testing import MemoryStorage


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("This has no text either.")


class Kept(MemoryStorage):
    def kept(self) -> set[str]:
        """Return what is there, whatever ``listdir()`` says."""
        return {name for name in self._saved if self.exists(name)}

    def __init__(self) -> None:
        super().__init__()
        self._saved: set[str] = set()

    def _save(self, name: str, content: "File[Any]") -> str:
        saved: str = super()._save(name, content)
        self._saved.add(saved)
        return saved


class Refusing(Kept):
    def _save(self, name: str, content: "File[Any]") -> str:
        raise PermissionError("no")


class Full(Kept):
    """Keeps a part of a file when it fails."""

    def _save(self, name: str, content: "File[Any]") -> str:
        super()._save(name, ContentFile(content.read(10)))
        raise OSError(28, "No space left on device")


class Altering(Kept):
    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        return ContentFile(super()._open(name, mode).read().replace(b"%", b"&"), name)


class Unreadable(Kept):
    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        raise Unprintable


class Sequential(Kept):
    """Its files are read from their beginning on."""

    class Kind(BytesIO):
        def seek(self, *args: int) -> int:
            raise UnsupportedOperation("no seek()")

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        return File(self.Kind(super()._open(name, mode).read()), name)


class Unmoved(Sequential):
    class Kind(BytesIO):
        def seek(self, *args: int) -> int:
            return args[0]


class Misjudging(Kept):
    def size(self, name: str) -> int:
        return super().size(name) + 1


class Timeless(Kept):
    def get_modified_time(self, name: str) -> datetime:
        raise NotImplementedError


class Late(Kept):
    late = timedelta(minutes=20)

    def get_modified_time(self, name: str) -> datetime:
        return datetime.now(UTC) + self.late


class Early(Late):
    late = -timedelta(hours=2)


class Unlisted(Kept):
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        raise NotImplementedError


class Unlistable(Kept):
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        raise PermissionError("no")


class ListedElsewhere(Kept):
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return [], []


class Overwriting(Kept):
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name


class Ignoring(Overwriting):
    """Keeps the first file of a name, and says that the second was saved."""

    def _save(self, name: str, content: "File[Any]") -> str:
        return name if self.exists(name) else super()._save(name, content)


class Keeping(Kept):
    """Says nothing and deletes nothing."""

    def delete(self, name: str) -> None:
        """Do nothing."""


class Forbidding(Kept):
    def delete(self, name: str) -> None:
        raise PermissionError("no")


class Complaining(Kept):
    """Deletes a file, and fails where there is none."""

    def delete(self, name: str) -> None:
        if not self.exists(name):
            raise FileNotFoundError(name)
        super().delete(name)


class Renaming(Kept):
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return super().get_available_name(f"{name}.kept", max_length)


class Interrupted(Kept):
    """Somebody presses Ctrl-C."""

    def size(self, name: str) -> int:
        raise KeyboardInterrupt


class Impossible(Kept):
    def __init__(self) -> None:
        raise RuntimeError("It cannot be made.")
