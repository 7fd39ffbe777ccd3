"""The sweep in an object store, over S3 as django-storages speaks it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance.listing import StorageFailed, entries
from django_event_pdfs.maintenance.sweep import sweep
from tests.conftest import upload
from tests.maintenance.faults import Listener
from tests.servers.moto import object_store
from tests.test_lifecycle import make_event
from tests.testapp.models import Attachment

__all__ = ["object_store"]

pytestmark = pytest.mark.django_db(transaction=True)

GUIDES = "events/guides/"
ORPHAN = f"{GUIDES}orphan.pdf"
NOW = timedelta(0)  # So that what was just made may go.


@pytest.fixture
def use(settings, object_store):
    """Return what keeps the documents in a bucket and returns the storage."""
    options = object_store.options()

    def use(**own):
        entry = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **own}}
        settings.STORAGES = {**settings.STORAGES, "default": entry}
        return storages["default"]

    return use


@pytest.fixture
def storage(use):
    storage = use()
    marker.adopt(storage)
    return storage


def put(storage, *names):
    for name in names:
        storage.bucket.put_object(Key=storage._normalize_name(name), Body=b"%PDF-")


def keys(storage):
    """Return every key of the whole bucket, but for the markers."""
    found = {item.key for item in storage.bucket.objects.all()}
    return {key for key in found if not key.endswith(marker.MARKER)}


def run(watcher=None, **options):
    watching = {"watcher": watcher} if watcher else {}
    return sweep(**{"older_than": NOW, "max_delete": 10_000, **watching, **options})


def test_more_than_a_page_of_files_is_listed_and_goes(storage):
    names = {f"{GUIDES}{n}.pdf" for n in range(1005)}
    elsewhere = {f"{GUIDES}sub/a.pdf", f"{GUIDES}.a.pdf", "events/guides2/a.pdf", GUIDES}
    put(storage, *names, *elsewhere)
    found = list(entries(storage, GUIDES))
    assert len(found) == len(names)
    assert {entry.name for entry in found} == names
    assert all(entry.modified and entry.modified.tzinfo for entry in found)

    result = run()
    assert (result.removed, result.failed) == (1005, 0)
    assert keys(storage) == elsewhere


def test_an_empty_folder_has_no_files(storage):
    assert list(entries(storage, GUIDES)) == []


def test_a_bucket_that_is_not_there_says_so_cleanly(use):
    with pytest.raises(StorageFailed):
        list(entries(use(bucket_name="nowhere"), GUIDES))


@pytest.mark.parametrize("location", ["", "tenant", "tenant/media/"])
def test_orphans_go_and_documents_stay(use, location):
    storage = use(location=location)
    marker.adopt(storage)
    event = make_event(programme_file=upload())
    Attachment.objects.create(file="events/guides/plain été.pdf")
    put(storage, "events/guides/plain été.pdf", ORPHAN, f"{GUIDES}orphan é +&%25.pdf")
    result = run()
    assert (result.listed, result.removed, result.failed, result.exit_code) == (4, 2, 0, 0)
    kept = {event.programme_file.name, "events/guides/plain été.pdf"}
    assert keys(storage) == {storage._normalize_name(name) for name in kept}


def test_two_tenants_with_a_location_each_share_a_bucket(use):
    events = {}
    for tenant in ("one", "two"):
        storage = use(location=tenant)
        marker.adopt(storage)
        put(storage, ORPHAN)
        events[tenant] = make_event(programme_file=upload())
    # For the rows of both are in one database here, the orphans tell whose files were listed.
    for tenant in ("one", "two"):
        use(location=tenant)
        result = run()
        assert (result.listed, result.removed) == (2, 1)
    assert keys(storage) == {f"{t}/{event.programme_file.name}" for t, event in events.items()}


def test_a_bucket_that_is_another_s_is_left_alone(storage):
    storage.delete(marker.MARKER)
    storage.save(marker.MARKER, ContentFile(b'{"fingerprint": "another"}'))
    put(storage, ORPHAN)
    assert run().stopped == "marker"
    assert keys(storage) == {ORPHAN}
    assert run(adopt=True).removed == 1


@pytest.mark.parametrize("file_overwrite", [True, False])
def test_a_bucket_is_adopted_whether_or_not_files_are_overwritten(use, file_overwrite):
    storage = use(file_overwrite=file_overwrite)
    put(storage, marker.MARKER)
    marker.adopt(storage)
    assert marker.matches(storage)
    assert keys(storage) == set()


def test_a_young_object_stays(storage):
    put(storage, ORPHAN)
    for options in ({"now": datetime.now(UTC) + timedelta(days=30)}, {"dry_run": True}):
        result = run(older_than=timedelta(hours=24), **options)
        assert (result.young, result.orphans) == (1, 0)
    assert keys(storage) == {ORPHAN}


def test_a_key_that_the_storage_takes_for_another_stays(storage):
    storage.bucket.put_object(Key=f"{GUIDES}sub\\a.pdf", Body=b"%PDF-")
    put(storage, f"{GUIDES}sub/a.pdf")
    heard = Listener()
    assert run(heard).odd == 1
    assert heard.kinds == ["odd"]
    assert keys(storage) == {f"{GUIDES}sub\\a.pdf", f"{GUIDES}sub/a.pdf"}


def test_a_store_that_cannot_be_reached_is_a_result(use):
    use(endpoint_url="http://127.0.0.1:1", client_config=_impatient())
    for dry_run in (True, False):
        result = run(dry_run=dry_run)
        assert (result.stopped, result.exit_code) == ("storage", 2)


def _impatient():
    from botocore.config import Config

    return Config(retries={"max_attempts": 0}, connect_timeout=1)
