"""The checks of the storage: each fires where it should and nowhere else."""

import sys

import pytest

from django_event_pdfs.checks.storage import (
    check_location,
    check_published_storage,
    check_storage_alias,
    check_storage_backend,
)
from tests.checks.making import ids

FILES = "django.core.files.storage.FileSystemStorage"
CHECKS = (check_storage_alias, check_storage_backend, check_published_storage, check_location)


@pytest.fixture
def keep_in(settings):
    """Return a function that defines the storage of the documents."""

    def define(backend=FILES, **options):
        storage = {"BACKEND": backend, **({"OPTIONS": options} if options else {})}
        settings.STORAGES = {**settings.STORAGES, "event_pdfs": storage}

    return define


def found(checks=CHECKS):
    return [message for check in checks for message in check(None)]


# E020


@pytest.mark.parametrize("alias", ["nowhere", "", 7, None, [], {}, lambda: "default"])
def test_e020_an_alias_that_storages_has_not(configure, alias):
    configure(STORAGE=alias)
    assert ids(found()) == ["event_pdfs.E020"]


def test_e020_says_what_was_meant(configure):
    configure(STORAGE="defualt")
    (message,) = check_storage_alias(None)
    assert "'default'" in message.hint


@pytest.mark.parametrize("storages", [{}, {"staticfiles": {"BACKEND": FILES}}, None])
def test_e020_storages_without_a_default(settings, storages):
    settings.STORAGES = storages
    assert ids(found()) == ["event_pdfs.E020"]


def test_e020_not_for_an_alias_that_is_there(configure):
    configure(STORAGE="default")
    assert check_storage_alias(None) == []


# E021


@pytest.mark.parametrize(
    "storage",
    [
        None,
        "x",
        [],
        {},
        {"BACKEND": "nowhere.Storage"},
        {"BACKEND": "nodots"},
        {"BACKEND": None},
        {"BACKEND": "builtins.dict"},
        {"BACKEND": FILES, "OPTIONS": {"bucket": "x"}},
        {"BACKEND": FILES, "OPTIONS": {"location": 7}},
        {"BACKEND": FILES, "OPTIONS": None, "OPTION": {}},
        {"BACKEND": "tests.checks.test_backends.Broken"},
    ],
)
def test_e021_a_storage_that_cannot_be_made(settings, storage):
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": storage}
    (message,) = found()
    assert message.id == "event_pdfs.E021"
    assert message.hint


def test_e021_a_media_root_that_is_no_path(settings, keep_in):
    keep_in()
    settings.MEDIA_ROOT = 7
    assert ids(found()) == ["event_pdfs.E021"]


def test_e021_names_the_extra_that_is_missing(monkeypatch, keep_in):
    monkeypatch.setitem(sys.modules, "boto3", None)
    keep_in("tests.checks.needing_boto3.Backend")
    (message,) = check_storage_backend(None)
    assert message.hint == 'pip install "django-event-pdfs[s3]"'


def test_e021_not_for_an_object_store_that_is_not_there(keep_in):
    pytest.importorskip("storages.backends.s3")
    keep_in("storages.backends.s3.S3Storage", bucket_name="x", endpoint_url="http://localhost:1")
    assert found() == []


def test_e021_not_for_a_folder_that_is_not_there(keep_in, tmp_path):
    keep_in(location=str(tmp_path / "nowhere"))
    assert found() == []


# E022


@pytest.mark.parametrize("below", ["", "documents"])
@pytest.mark.parametrize("as_text", [True, False])
def test_e022_documents_in_static_root(settings, keep_in, tmp_path, below, as_text):
    settings.STATIC_ROOT = str(tmp_path) if as_text else tmp_path
    keep_in(location=str(tmp_path / below))
    assert ids(found()) == ["event_pdfs.E022"]


@pytest.mark.parametrize("entry", ["text", "path", "prefixed"])
def test_e022_documents_in_a_folder_of_static_files(settings, keep_in, tmp_path, entry):
    entries = {"text": str(tmp_path), "path": tmp_path, "prefixed": ("prefix", str(tmp_path))}
    settings.STATICFILES_DIRS = [entries[entry]]
    keep_in(location=str(tmp_path / "documents"))
    assert ids(found()) == ["event_pdfs.E022"]


def test_e022_by_a_symbolic_link(settings, keep_in, tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "documents").symlink_to(tmp_path / "static")
    settings.STATIC_ROOT = tmp_path / "static"
    keep_in(location=str(tmp_path / "documents"))
    assert ids(found()) == ["event_pdfs.E022"]


def test_e022_the_storage_of_static_files(configure):
    configure(STORAGE="staticfiles")
    assert "event_pdfs.E022" in ids(found())


@pytest.mark.parametrize("root", [None, "", "static", "media/static", 7])
def test_e022_not_beside_or_above_static_files(settings, keep_in, tmp_path, root):
    settings.STATIC_ROOT = str(tmp_path / root) if root and isinstance(root, str) else root
    keep_in(location=str(tmp_path / "media"))
    assert found() == []


@pytest.mark.parametrize("folders", [None, 7, "x", [], [()], [7], [("a",)]])
def test_e022_not_for_folders_that_are_none(settings, keep_in, tmp_path, folders):
    settings.STATICFILES_DIRS = folders
    keep_in(location=str(tmp_path))
    assert found() == []


# W004


@pytest.mark.parametrize("root", ["", "media", "./media"])
def test_w004_a_location_below_the_current_directory(settings, keep_in, root):
    settings.MEDIA_ROOT = root
    keep_in()
    assert ids(found()) == ["event_pdfs.W004"]


def test_w004_not_for_a_whole_path_nor_without_a_folder(settings, keep_in, tmp_path):
    settings.MEDIA_ROOT = ""
    keep_in(location=str(tmp_path))
    assert found() == []
    keep_in("django_event_pdfs.testing.MemoryStorage")
    assert found() == []
