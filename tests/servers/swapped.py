"""Storages of all kinds as tests want them: empty when they are made, and with ``names()``."""

import shutil
import tempfile
import threading
import uuid
from functools import cache
from typing import Any, ClassVar
from weakref import finalize

from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage


class Names:
    """Puts ``names()`` on a storage, as ``MemoryStorage`` has it."""

    def names(self: Any) -> set[str]:
        return set(_below(self, ""))


def _below(storage: Storage, folder: str) -> list[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return []
    names = [f"{folder}{name}" for name in files]
    for name in folders:
        names += _below(storage, f"{folder}{name}/")
    return names


class InMemory(Names, InMemoryStorage):
    """Django's own, as it is."""


class FilesInFolder(Names, FileSystemStorage):
    """Django's own, in a folder of its own."""

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="event-pdfs-swapped-")
        super().__init__(location=folder)
        finalize(self, shutil.rmtree, folder, ignore_errors=True)


@cache
def fresh_s3() -> type[Storage]:
    """Return an ``S3Storage`` that begins with a prefix of its own.

    All share what they speak to the store with, since boto3 is slow to make one.
    """
    from storages.backends.s3 import S3Storage

    class FreshS3(Names, S3Storage):  # type: ignore[misc]
        _shared = threading.local()

        def __init__(self, **options: Any) -> None:
            super().__init__(**{"location": uuid.uuid4().hex, **options})
            self._connections = self._shared

    return FreshS3


@cache
def fresh_google() -> type[Storage]:
    """Return a ``GoogleCloudStorage`` for an emulator, which wants no credentials."""
    from google.auth.credentials import AnonymousCredentials
    from storages.backends.gcloud import GoogleCloudStorage

    class FreshGoogle(Names, GoogleCloudStorage):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            keys = {"credentials": AnonymousCredentials(), "location": uuid.uuid4().hex}
            super().__init__(**{**keys, **options})

    return FreshGoogle


@cache
def fresh_azure() -> type[Storage]:
    """Return an ``AzureStorage`` with a prefix of its own; its ``listdir`` knows no folders."""
    from storages.backends.azure_storage import AzureStorage

    class FreshAzure(AzureStorage):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**{"location": uuid.uuid4().hex, **options})

        def names(self) -> set[str]:
            ours = f"{self.location}/"
            return {n.removeprefix(ours) for n in self.list_all() if n.startswith(ours)}

    return FreshAzure


@cache
def fresh_sftp() -> type[Storage]:
    """Return an ``SFTPStorage`` in a folder of its own. All share one connection."""
    from storages.backends.sftpstorage import SFTPStorage

    class FreshSFTP(Names, SFTPStorage):  # type: ignore[misc]
        _shared: Any = None
        _opened: ClassVar[list[Any]] = []

        def __init__(self, **options: Any) -> None:
            super().__init__(**{"root_path": f"/{uuid.uuid4().hex}", **options})

        @property
        def sftp(self) -> Any:
            if FreshSFTP._shared is None:
                FreshSFTP._shared = super().sftp
            return FreshSFTP._shared

        def _read(self, name: str) -> Any:
            # What a test leaves open paramiko closes when it is collected. Where that happens in
            # the midst of a request, it waits for its own lock for ever.
            self._opened.append(super()._read(name))
            return self._opened[-1]

    return FreshSFTP


_FRESH = {
    "FreshS3": fresh_s3,
    "FreshGoogle": fresh_google,
    "FreshAzure": fresh_azure,
    "FreshSFTP": fresh_sftp,
}


def __getattr__(name: str) -> Any:
    """Make a class where a setting names it, for only then its package has to be there."""
    if name in _FRESH:
        return _FRESH[name]()
    raise AttributeError(name)
