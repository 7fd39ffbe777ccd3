"""A site whose documents are in an object store, and what the store holds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.serving import Server, environment, prepare, running

S3 = "storages.backends.s3.S3Storage"


@dataclass(frozen=True)
class StoreSite:
    """A running site with one event. ``origin`` has another host name than the store.

    ``environment`` is that of its commands.
    """

    server: Server
    options: dict[str, Any]
    environment: dict[str, str]

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server.port}"

    @property
    def name(self) -> str:
        return self.server.name

    @property
    def client(self) -> Any:
        """Return a client of the store, which may do everything."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.options["endpoint_url"],
            region_name=self.options["region_name"],
            aws_access_key_id=self.options["access_key"],
            aws_secret_access_key=self.options["secret_key"],
        )

    def content(self) -> bytes:
        """Return what the store holds."""
        found = self.client.get_object(Bucket=self.options["bucket_name"], Key=self.name)
        content: bytes = found["Body"].read()
        return content


@contextmanager
def store_site(root: Path, options: dict[str, Any], **event_pdfs: Any) -> Iterator[StoreSite]:
    """Run a site on an S3 bucket with these options, and with these keys in ``EVENT_PDFS``."""
    backend = {"BACKEND": S3, "OPTIONS": options}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENT_PDFS_TEST_STORAGE", json.dumps(backend))
        patch.setenv("EVENT_PDFS_TEST_OPTIONS", json.dumps(event_pdfs))
        with running("gunicorn", root, prepare(root)) as server:
            yield StoreSite(server, options, environment(root))
