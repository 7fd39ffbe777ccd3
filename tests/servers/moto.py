"""An object store: moto's S3 server, which enforces nothing and behaves like one."""

import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from tests.servers import missing
from tests.servers.ports import free_port

ACCESS = {
    "access_key": "dummy",
    "secret_key": "dummy",
    "region_name": "us-east-1",
    "signature_version": "s3v4",
}
STARTUP_SECONDS = 300


class ObjectStore:
    """A running server; ``bucket()`` makes a new bucket on it."""

    def __init__(self) -> None:
        self.port = free_port()
        self._numbers = itertools.count(1)

    def start(self) -> None:
        # Not by the command, which may not be on PATH.
        program = "from moto.server import main; main()"
        arguments = ["-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + STARTUP_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self._process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop the server by its own pid."""
        self._process.terminate()
        self._process.wait(timeout=300)

    def options(self, **options: Any) -> dict[str, Any]:
        """Make an empty bucket and return the ``OPTIONS`` of a storage in it."""
        import boto3

        options = {"endpoint_url": f"http://127.0.0.1:{self.port}", **ACCESS, **options}
        bucket = f"bucket-{next(self._numbers)}"
        boto3.client(
            "s3",
            endpoint_url=options["endpoint_url"],
            aws_access_key_id="dummy",
            aws_secret_access_key="dummy",
            region_name="us-east-1",
        ).create_bucket(Bucket=bucket)
        return {**options, "bucket_name": bucket}


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """Return an S3 server that lasts as long as the session."""
    for package in ("moto", "storages", "boto3"):
        if find_spec(package) is None:
            missing(f"The package {package} is not installed.")
    server = ObjectStore()
    server.start()
    try:
        yield server
    finally:
        server.stop()
