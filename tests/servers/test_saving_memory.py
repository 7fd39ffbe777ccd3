"""How much memory an upload takes while it is received and stored, whatever its size.

Bytes that Python holds at once are counted, as they are on any machine. The options are those of
docs/how-to/deploy-s3.md.
"""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient, APIRequestFactory

from django_event_pdfs.testing import make_pdf
from tests.endpoints import EVENTS, NEW, PDF
from tests.servers.emulators import AZURE_ACCOUNT, AZURE_KEY, STORES, Store
from tests.testapp.models import Event

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
]

MEBIBYTE = 1024 * 1024
SIZE = 20 * MEBIBYTE
MOST = 6 * MEBIBYTE

Use = Callable[..., Storage]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Store]]:
    """Return what starts each store once."""
    running: dict[str, Store] = {}
    with ExitStack() as stack:

        def start(kind: str) -> Store:
            if kind not in running:
                running[kind] = stack.enter_context(STORES[kind](tmp_path_factory.mktemp(kind)))
            return running[kind]

        yield start


@pytest.fixture
def use(started: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Use:
    """Return ``use("s3", **options)``, which keeps documents of up to 30 MiB in a store."""
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Event", "MAX_SIZE": 30 * MEBIBYTE}

    def use(kind: str, **options: Any) -> Storage:
        store = started(kind)
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        backend = f"tests.servers.swapped.{store.backend}"
        entry = {"BACKEND": backend, "OPTIONS": {**store.options, **options}}
        settings.STORAGES = {**settings.STORAGES, "default": entry}
        storage = storages["default"]
        if kind == "azure":
            _heed(storage, options)
        storage.exists("a")  # Its client is made at the first call.
        return storage

    return use


def _heed(storage: Any, options: dict[str, Any]) -> None:
    """Have an ``AzureStorage`` heed its ``client_options`` on Azurite, whose address is another."""
    from azure.storage.blob import BlobServiceClient

    address = storage.connection_string.partition("BlobEndpoint=")[2].rstrip(";")
    key = {"account_name": AZURE_ACCOUNT, "account_key": AZURE_KEY}
    storage._service_client = BlobServiceClient(
        address, credential=key, **options.get("client_options", {})
    )


def bounded(kind: str) -> dict[str, Any]:
    """Return the options that the documentation gives."""
    if kind == "s3":
        from boto3.s3.transfer import TransferConfig

        return {"transfer_config": TransferConfig(multipart_threshold=5 * 1024**3)}
    if kind == "google":
        return {"blob_chunk_size": MEBIBYTE}
    if kind == "azure":
        return {"client_options": {"max_single_put_size": MEBIBYTE, "max_block_size": MEBIBYTE}}
    return {}


def uploading(api: APIClient, way: str) -> int:
    """Upload a document; return the most bytes that were held while that was answered."""
    api.handler(
        _environ(way, make_pdf(padding=MEBIBYTE))
    )  # What is imported at first use is not counted.
    environ = _environ(way, make_pdf(padding=SIZE))
    tracemalloc.start()
    try:
        response = api.handler(environ)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert response.status_code == 201


def _environ(way: str, document: bytes) -> dict[str, Any]:
    factory = APIRequestFactory()
    if way == "multipart":
        file = SimpleUploadedFile("a.pdf", document, PDF)
        body = encode_multipart(BOUNDARY, {**NEW, "programme_file": file})
        request = factory.generic("POST", EVENTS, body, MULTIPART_CONTENT)
    else:
        path = f"{EVENTS}{Event.objects.create(**NEW).pk}/programme_file/"
        request = factory.generic("PUT", path, document, PDF)
    environ: dict[str, Any] = request.environ  # type: ignore[attr-defined]
    return environ


@pytest.mark.parametrize("kind", ["files", "s3", "google", "azure", "sftp"])
@pytest.mark.parametrize("way", ["multipart", "raw"])
def test_a_large_document_is_never_in_memory_as_a_whole(
    use: Use, api: APIClient, kind: str, way: str
) -> None:
    storage = use(kind, **bounded(kind))
    assert uploading(api, way) < MOST
    sizes = {storage.size(str(e.programme_file)) for e in Event.objects.all()}
    assert max(sizes) > SIZE


@pytest.mark.parametrize("kind", ["s3", "google", "azure"])
def test_without_these_options_it_is(use: Use, api: APIClient, kind: str) -> None:
    use(kind)
    assert uploading(api, "raw") > SIZE
