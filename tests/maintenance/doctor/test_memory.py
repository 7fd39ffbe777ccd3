"""How much of a document an object store has the process hold. tests/servers measures it."""

import pytest

from django_event_pdfs.maintenance.doctor import memory
from django_event_pdfs.maintenance.doctor.case import Case
from tests.maintenance.doctor.diagnoses import statuses

MEBIBYTE = 1024 * 1024
S3 = "storages.backends.s3.S3Storage"
GOOGLE = "storages.backends.gcloud.GoogleCloudStorage"
AZURE = "storages.backends.azure_storage.AzureStorage"
UTCNOW = "ignore:datetime.datetime.utcnow:DeprecationWarning"  # of django-storages
AZURE_KEYS = {"account_name": "a", "account_key": "k", "azure_container": "c"}


@pytest.fixture
def examined(keep_in, settings):
    """Return what is said of a storage whose largest document has so many mebibytes."""

    def examine(backend, size=10, **options):
        pytest.importorskip(backend.rpartition(".")[0])
        settings.EVENT_PDFS = {"MAX_SIZE": size * MEBIBYTE}
        keep_in(backend, **options)
        return memory.examine(Case())

    return examine


def s3_config(**options):
    return pytest.importorskip("boto3.s3.transfer").TransferConfig(**options)


def test_s3_is_told_to_read_as_it_sends(examined):
    [found] = examined(S3, 20)
    assert (found.status, found.subject) == ("warning", "S3Storage")
    assert "20.0 MiB of it" in found.explanation
    assert "transfer_config" in found.cure
    config = s3_config(multipart_threshold=5 * 1024**3)
    assert statuses(examined(S3, 100, transfer_config=config)) == {"memory": "ok"}


def test_s3_holds_twelve_parts_and_one_without_threads(examined):
    [found] = examined(S3, 200)
    assert "96.0 MiB of it" in found.explanation
    alone = s3_config(use_threads=False)
    assert statuses(examined(S3, 200, transfer_config=alone)) == {"memory": "ok"}
    assert statuses(examined(S3, 10)) == {"memory": "ok"}


def test_google_holds_all_unless_it_is_given_chunks(examined):
    [found] = examined(GOOGLE, 20)
    assert "20.0 MiB of it" in found.explanation
    assert "blob_chunk_size" in found.cure
    assert statuses(examined(GOOGLE, 20, blob_chunk_size=MEBIBYTE)) == {"memory": "ok"}
    assert statuses(examined(GOOGLE, 8)) == {"memory": "ok"}


@pytest.mark.filterwarnings(UTCNOW)
def test_azure_holds_up_to_64_mebibytes_unless_its_client_is_told_otherwise(examined):
    [found] = examined(AZURE, 20, **AZURE_KEYS)
    assert "20.0 MiB of it" in found.explanation
    assert "max_single_put_size" in found.cure
    small = {"max_single_put_size": MEBIBYTE, "max_block_size": MEBIBYTE}
    assert statuses(examined(AZURE, 20, **AZURE_KEYS, client_options=small)) == {"memory": "ok"}
    ignored = {"client_options": small, "connection_string": "UseDevelopmentStorage=true"}
    assert statuses(examined(AZURE, 20, **ignored)) == {"memory": "warning"}


def test_any_other_storage_is_not_spoken_of(on_disk):
    assert memory.examine(Case()) == []
