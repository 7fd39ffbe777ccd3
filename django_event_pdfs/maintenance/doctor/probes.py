"""Files that are saved to be looked at, and removed again whatever happens."""

import logging
import os
import secrets
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

from django_event_pdfs.maintenance.doctor.diagnosis import described

logger = logging.getLogger("django_event_pdfs")

_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
)


def probe_pdf() -> bytes:
    """Return a small valid PDF of an empty page, unlike every other one: its bytes are known."""
    # A comment of some random lines, so that wrong bytes are told apart at every position.
    lines = b"".join(b"%%%s\n" % secrets.token_hex(32).encode() for _ in range(32))
    pdf, places = b"%PDF-1.4\n" + lines, []
    for number, content in enumerate(_OBJECTS, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    return pdf + b"xref\n0 4\n0000000000 65535 f \n" + entries + end


class Probes:
    """Saves files in a storage. At the end of the ``with`` they are gone, or named in the log."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._names: list[str] = []

    def save(self, name: str, content: "File[Any]") -> str:
        """Save a file and return the name that the storage gave it."""
        self._names.append(name)  # Before: a save that fails may leave a part.
        folders = _missing_folders(self.storage, name)
        try:
            saved = self.storage.save(name, content)
        finally:
            _give_to_owner(folders)
        if saved not in self._names:
            self._names.append(saved)
        return saved

    def remove(self) -> dict[str, str]:
        """Delete every probe; return those that stay, each with the reason."""
        reasons = {name: self._delete(name) for name in self._names}
        self._names = []
        return {name: reason for name, reason in reasons.items() if reason}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for name, reason in self.remove().items():
            logger.error("Could not delete the probe %r: %s.", name, reason)

    def _delete(self, name: str) -> str:
        """Delete a probe; return why it stays, nothing where it is gone."""
        try:
            self.storage.delete(name)
        except Exception as error:
            return described(error) if self._is_there(name, if_unknown=True) else ""
        stays = self._is_there(name, if_unknown=False)
        return "delete() raised no error, and the file is still there" if stays else ""

    def _is_there(self, name: str, *, if_unknown: bool) -> bool:
        with suppress(Exception), self.storage.open(name, "rb") as file:
            return bool(file.read(1))
        try:
            return self.storage.exists(name)
        except Exception:
            return if_unknown


def _missing_folders(storage: Storage, name: str) -> list[str]:
    """Return the folders that a save will make, the outermost first."""
    if not isinstance(storage, FileSystemStorage):
        return []
    folder, missing = os.path.dirname(storage.path(name)), []
    while not os.path.exists(folder) and folder != os.path.dirname(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    return missing[::-1]


def _give_to_owner(folders: list[str]) -> None:
    """Give folders that root has made to whom the folder around them belongs.

    An examination as root would else keep the web server out of its own folders.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for folder in folders:
        with suppress(OSError):
            around = os.stat(os.path.dirname(folder))
            os.chown(folder, around.st_uid, around.st_gid)
