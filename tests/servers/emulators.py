"""Object stores and an SFTP server that take plain calls: each as a storage of the settings."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.servers import missing
from tests.servers.ports import free_port

# Azurite's own, which its documentation gives to everybody.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
GOOGLE = (
    "import sys; from gcp_storage_emulator.server import create_server; "
    "create_server('127.0.0.1', int(sys.argv[1]), in_memory=True, default_bucket='documents').run()"
)


@dataclass(frozen=True)
class Store:
    """A class of ``tests.servers.swapped``, its options, and variables for its client."""

    backend: str
    options: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


@contextmanager
def memory(folder: Path) -> Iterator[Store]:
    yield Store("InMemory")


@contextmanager
def files(folder: Path) -> Iterator[Store]:
    yield Store("FilesInFolder")


@contextmanager
def s3(folder: Path) -> Iterator[Store]:
    _need("storages", "boto3", "moto", "flask")
    import boto3

    port = free_port()
    command = [sys.executable, "-c", "from moto.server import main; main()"]
    with _serving([*command, "-H", "127.0.0.1", "-p", str(port)], port, folder):
        url = f"http://127.0.0.1:{port}"
        keys = {"aws_access_key_id": "documents", "aws_secret_access_key": "secret"}
        client = boto3.client("s3", "us-east-1", endpoint_url=url, **keys)
        client.create_bucket(Bucket="documents")
        options = {
            "access_key": "documents",
            "secret_key": "secret",
            "region_name": "us-east-1",
            "bucket_name": "documents",
            "endpoint_url": url,
            "addressing_style": "path",
            # A bucket whose URLs are not signed is streamed, and what a document's answer says is
            # then the same on every storage. test_redirects.py has the others.
            "querystring_auth": False,
        }
        yield Store("FreshS3", options)


@contextmanager
def google(folder: Path) -> Iterator[Store]:
    _need("storages", "google.cloud.storage", "gcp_storage_emulator")
    port = free_port()
    with _serving([sys.executable, "-c", GOOGLE, str(port)], port, folder):
        options = {"bucket_name": "documents", "project_id": "documents", "querystring_auth": False}
        host = {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}"}
        yield Store("FreshGoogle", options, host)


@contextmanager
def azure(folder: Path) -> Iterator[Store]:
    _need("storages", "azure.storage.blob")
    program = shutil.which("azurite-blob")
    if not program:
        missing("azurite-blob is not installed: npm install -g azurite.")
    from azure.storage.blob import BlobServiceClient

    port = free_port()
    address = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--skipApiVersionCheck"]
    quiet = ["--silent", "--inMemoryPersistence", "--disableTelemetry"]
    with _serving([program, *address, *quiet], port, folder):
        connection = (
            f"DefaultEndpointsProtocol=http;AccountName={AZURE_ACCOUNT};AccountKey={AZURE_KEY};"
            f"BlobEndpoint=http://127.0.0.1:{port}/{AZURE_ACCOUNT};"
        )
        BlobServiceClient.from_connection_string(connection).create_container("documents")
        options = {"azure_container": "documents", "azure_ssl": False}
        yield Store("FreshAzure", {**options, "connection_string": connection})


@contextmanager
def sftp(folder: Path) -> Iterator[Store]:
    _need("storages", "paramiko", "asyncssh")
    port = free_port()
    command = [sys.executable, "-m", "tests.servers.sftp_server", str(port), str(folder)]
    with _serving(command, port, Path.cwd()):
        login = {"username": "documents", "password": "documents"}
        params = {"port": port, **login, "allow_agent": False, "look_for_keys": False}
        options = {"host": "127.0.0.1", "params": params, "known_host_file": "/dev/null"}
        yield Store("FreshSFTP", options)


STORES = {f.__name__: f for f in (memory, files, s3, google, azure, sftp)}


def _need(*modules: str) -> None:
    for name in modules:
        try:
            found = find_spec(name)
        except ModuleNotFoundError:
            found = None
        if found is None:
            missing(f"The module {name} is not installed.")


@contextmanager
def _serving(command: Sequence[str], port: int, folder: Path) -> Iterator[None]:
    server = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(server, port)
        yield
    finally:
        server.terminate()
        server.wait(300)


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(6000):
        assert server.poll() is None, "The server stopped."
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The server does not answer.")
