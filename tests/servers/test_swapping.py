"""Another storage is another setting: the suites about documents pass on each, unchanged."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.servers import missing

TESTS = Path(__file__).parents[1]

SUITES = [
    "test_admin.py",
    "test_body_ends.py",
    "test_deletions.py",
    "test_document_routes.py",
    "test_documents.py",
    "test_fields.py",
    "test_handover.py",
    "test_lifecycle.py",
    "test_models.py",
    "test_presenters.py",
    "test_removal.py",
    "test_replaced.py",
    "test_rollback.py",
    "test_serializer_fields.py",
    "test_serializers.py",
    "test_views.py",
    "test_viewsets.py",
]

# Clients of a test read an answer and leave it open, which only a server closes.
UNCLOSED = ("-p", "no:unraisableexception")


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, Any]]:
    """Return the options of a bucket on a server that takes plain calls."""
    if find_spec("storages") is None or find_spec("moto") is None or find_spec("flask") is None:
        missing("The packages django-storages[s3] and moto[s3,server] are not installed.")
    import boto3

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from moto.server import main; main()"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([*command, "-H", "127.0.0.1", "-p", str(port)], **silent)
    try:
        _wait(server, port)
        keys = {"access_key": "documents", "secret_key": "secret", "region_name": "us-east-1"}
        options = {**keys, "bucket_name": "documents", "endpoint_url": f"http://127.0.0.1:{port}"}
        boto3.client(
            "s3",
            "us-east-1",
            endpoint_url=options["endpoint_url"],
            aws_access_key_id="documents",
            aws_secret_access_key="secret",
        ).create_bucket(Bucket="documents")
        # A bucket whose URLs are not signed is streamed, and what a document's answer says is then
        # the same on every storage. test_redirects.py has the others.
        yield {**options, "addressing_style": "path", "querystring_auth": False}
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        assert server.poll() is None, "The server stopped."
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The server does not answer.")


def passes_on(backend: str, **options: Any) -> None:
    """Run the suites in a process whose settings name another storage."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    storage = json.dumps({"BACKEND": backend, "OPTIONS": options})
    suites = [str(TESTS / suite) for suite in SUITES]
    quiet = ("-W", "ignore::DeprecationWarning", *UNCLOSED)
    command = [sys.executable, "-m", "pytest", "-q", "--ds=tests.servers.swapped_settings"]
    done = subprocess.run(
        [*command, *quiet, *suites],
        cwd=TESTS.parent,
        env={**inherited, "EVENT_PDFS_TEST_STORAGE": storage},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]


@pytest.mark.parametrize("name", ["InMemory", "FilesInFolder"])
def test_the_suites_pass_on_a_storage_of_django(name: str) -> None:
    passes_on(f"tests.servers.swapped.{name}")


def test_the_suites_pass_on_s3(s3: dict[str, Any]) -> None:
    passes_on("tests.servers.swapped.FreshS3", **s3)
