"""The checks of folders: each fires where it should and nowhere else."""

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.db import models
from django.test.utils import isolate_apps

from django_event_pdfs.checks import folders
from django_event_pdfs.checks.folders import check_folders, check_shared_folders
from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import EventDocumentsMixin, HasDocuments
from tests.checks.making import ids, made_with, make, plain

NO_PLACES = [
    "../outside/",
    "events/../../outside/",
    "./events/",
    "events/./guides/",
    "events//guides/",
    "events\\guides/",
    "events\n/",
    "events\0/",
    "events\ud800/",
    "events\u202e/",
]


# E023


@pytest.mark.parametrize("folder", [*NO_PLACES, "events/%Y/", "events/%Y-%m", "%b/events/"])
@isolate_apps("tests.testapp")
def test_e023_a_folder_that_no_name_begins_with(only, folder):
    model = made_with(upload_to=folder)
    only(model)
    (message,) = check_folders(None)
    assert (message.id, message.obj) == ("event_pdfs.E023", model._meta.get_field("programme_file"))
    assert message.hint


@pytest.mark.parametrize("folder", [*NO_PLACES, "", "/", "/events/", 7, None, []])
@isolate_apps("tests.testapp")
def test_e023_a_further_folder(only, folder):
    only(made_with(folders=["right/", folder]))
    assert ids(check_folders(None)) == ["event_pdfs.E023"]


@pytest.mark.parametrize("folder", ["events/", "events", "a/b/c/", "100%/", "événements/", "..x/"])
@isolate_apps("tests.testapp")
def test_e023_not_for_a_folder(only, folder):
    only(made_with(upload_to=folder, folders=[folder, "events/2025/", "50%y/"]))
    assert check_folders(None) == []


@isolate_apps("tests.testapp")
def test_e023_leaves_to_others_what_they_tell(only):
    only(made_with(upload_to="/events/"), made_with(name="Other", upload_to=lambda *args: "x"))
    assert check_folders(None) == []


@isolate_apps("tests.testapp")
def test_a_further_folder_may_be_given_as_a_text(only):
    model = made_with(folders="old/places/")
    only(model)
    assert check_folders(None) == []
    assert model._meta.get_field("programme_file").served_folders == ("made/", "old/places/")


# W005


@pytest.fixture
def host(only, monkeypatch):
    """Return a function that makes some models the only ones of the project."""

    def only_models(*models_with_documents, others=()):
        only(*models_with_documents)

        class Apps:
            @staticmethod
            def get_models(**kwargs):
                return [*models_with_documents, *others]

        monkeypatch.setattr(folders, "apps", Apps)

    return only_models


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("events/", "events/"),
        ("events", "events/"),
        ("events/", "events/guides/"),
        ("events/guides/", "events/"),
    ],
)
@isolate_apps("tests.testapp")
def test_w005_two_documents_in_one_folder(host, one, other):
    guide = PDFField(upload_to=other)
    host(made_with(upload_to=one, attributes={"guide_file": guide}))
    assert ids(check_shared_folders(None)) == ["event_pdfs.W005"]


@isolate_apps("tests.testapp")
def test_w005_documents_of_two_models_in_one_folder(host):
    host(made_with(), made_with(name="Other"))
    assert ids(check_shared_folders(None)) == ["event_pdfs.W005"]


@pytest.mark.parametrize("other", ["made/", "made", "made/thumbnails/", "made/%Y/"])
@isolate_apps("tests.testapp")
def test_w005_a_plain_field_in_the_folder_of_documents(host, other):
    document = made_with()
    host(document, others=[plain(upload_to=other)])
    (message,) = check_shared_folders(None)
    assert (message.id, message.obj) == (
        "event_pdfs.W005",
        document._meta.get_field("programme_file"),
    )


@isolate_apps("tests.testapp")
def test_w005_a_plain_field_in_a_further_folder(host):
    host(made_with(folders=["uploads/"]), others=[plain(upload_to="uploads/avatars/")])
    assert ids(check_shared_folders(None)) == ["event_pdfs.W005"]


@isolate_apps("tests.testapp")
def test_w005_a_plain_field_of_another_storage_in_the_same_place(host, settings, tmp_path):
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {"location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": {**files, "OPTIONS": options}}
    other = plain(upload_to="made/", storage=FileSystemStorage(str(tmp_path)))
    host(made_with(), others=[other])
    assert ids(check_shared_folders(None)) == ["event_pdfs.W005"]


@pytest.mark.parametrize(
    "other", ["", "photos/", "mad/", "made2/", lambda instance, name: f"made/{name}"]
)
@isolate_apps("tests.testapp")
def test_w005_not_for_a_plain_field_elsewhere(host, other):
    host(made_with(), others=[plain(upload_to=other)])
    assert check_shared_folders(None) == []


@pytest.mark.parametrize("broken", [False, True])
@isolate_apps("tests.testapp")
def test_w005_not_for_a_plain_field_of_another_storage(host, settings, tmp_path, broken):
    if broken:
        settings.STORAGES = {"event_pdfs": settings.STORAGES["default"]}
        assert "default" not in storages.backends
        host(made_with(), others=[plain(upload_to="made/")])
    else:
        storage = FileSystemStorage(str(tmp_path))
        host(made_with(), others=[plain(upload_to="made/", storage=storage)])
    assert check_shared_folders(None) == []


@isolate_apps("tests.testapp")
def test_w005_not_for_the_folder_that_models_inherit(host):
    class Base(EventDocumentsMixin, models.Model):
        class Meta:
            app_label = "testapp"
            abstract = True

    host(make(Base, name="One"), make(Base, name="Two"))
    assert check_shared_folders(None) == []


@isolate_apps("tests.testapp")
def test_w005_not_for_folders_of_like_names(host):
    guide = PDFField(upload_to="made2/")
    host(make(HasDocuments, one=PDFField(upload_to="made/"), two=guide))
    assert check_shared_folders(None) == []
