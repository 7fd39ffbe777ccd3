"""What a storage does in each folder of documents."""

import pytest
from django.apps import apps

from django_event_pdfs.maintenance import doctor
from django_event_pdfs.maintenance.doctor import storage as examined
from django_event_pdfs.maintenance.doctor.case import Case
from tests.maintenance.doctor.diagnoses import statuses

ALL = (
    "writable",
    "readable",
    "readable_by_range",
    "size",
    "modified_time",
    "listable",
    "names_kept",
    "deletable",
)
QUICK = ("writable", "readable", "readable_by_range", "deletable")


@pytest.mark.parametrize(("quick", "ids"), [(False, ALL), (True, QUICK)])
def test_a_storage_in_order_is_ok(storage, quick, ids):
    assert statuses(examined.examine(Case(quick=quick))) == dict.fromkeys(ids, "ok")
    assert storage.names() == set()


def test_the_file_system_is_ok(on_disk):
    assert set(statuses(examined.examine(Case())).values()) == {"ok"}
    assert on_disk.listdir("events/guides") == ([], [])


def test_every_folder_of_a_document_is_examined():
    [writable, *_rest] = examined.examine(Case())
    assert set(writable.subject.split(", ")) == {
        "events/programmes/",
        "events/guides/",
        "meetings/badges/",
        "workshops/exercises/",
        "permits/",
    }


@pytest.mark.parametrize(
    ("kind", "key", "status"),
    [
        ("Altering", "readable", "problem"),
        ("Sequential", "readable_by_range", "problem"),
        ("Unmoved", "readable_by_range", "problem"),
        ("Misjudging", "size", "problem"),
        ("Timeless", "modified_time", "warning"),
        ("Late", "modified_time", "warning"),
        ("Early", "modified_time", "warning"),
        ("Unlisted", "listable", "warning"),
        ("Unlistable", "listable", "problem"),
        ("ListedElsewhere", "listable", "problem"),
        ("Overwriting", "names_kept", "warning"),
        ("Ignoring", "names_kept", "warning"),
    ],
)
def test_one_fault_is_told_and_the_rest_is_examined(keep_in, kind, key, status):
    storage = keep_in(kind)
    found = statuses(examined.examine(Case()))
    assert found.keys() == set(ALL)
    assert found[key] == status
    assert storage.kept() == set()
    others = {other for other, value in found.items() if value != "ok"} - {key}
    assert others <= {"readable_by_range", "names_kept"}  # They read too.


@pytest.mark.parametrize("kind", ["Keeping", "Forbidding"])
@pytest.mark.parametrize("quick", [False, True])
def test_a_storage_that_does_not_delete_is_found(keep_in, kind, quick):
    storage = keep_in(kind)
    found = examined.examine(Case(quick=quick))
    told = [d for d in found if d.id == "deletable"]
    assert {d.status for d in told} == {"problem"}
    for name in storage.kept():
        assert any(name in d.explanation for d in told)


def test_a_storage_that_fails_to_delete_what_is_gone_is_ok(keep_in):
    keep_in("Complaining")
    assert statuses(examined.examine(Case()))["deletable"] == "ok"


@pytest.mark.parametrize("kind", ["Refusing", "Full"])
def test_a_storage_that_does_not_save_is_asked_nothing_more(keep_in, kind):
    storage = keep_in(kind)
    assert statuses(examined.examine(Case())) == {"writable": "problem"}
    assert storage.kept() == set()


def test_files_in_the_file_system_that_are_overwritten_are_found(keep_in, tmp_path):
    keep_in("django.core.files.storage.FileSystemStorage", location=tmp_path, allow_overwrite=True)
    assert statuses(examined.examine(Case()))["names_kept"] == "warning"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_storage_that_chooses_names_of_its_own_is_ok(keep_in):
    storage = keep_in("Renaming")
    assert set(statuses(examined.examine(Case())).values()) == {"ok"}
    assert storage.kept() == set()


def test_errors_without_a_text_are_told(keep_in):
    keep_in("Unreadable")
    found = statuses(examined.examine(Case()))
    assert found["readable"] == found["readable_by_range"] == "problem"
    assert found["listable"] == found["deletable"] == "ok"


def test_what_is_wrong_comes_with_a_cure(keep_in):
    for kind in ("Refusing", "Altering", "Unmoved", "Late", "Unlisted", "Overwriting", "Keeping"):
        keep_in(kind)
        wrong = [d for d in examined.examine(Case()) if d.status in ("warning", "problem")]
        assert wrong
        assert all(d.explanation and d.cure for d in wrong)


def test_an_interruption_leaves_nothing_behind(keep_in):
    storage = keep_in("Interrupted")
    with pytest.raises(KeyboardInterrupt):
        doctor.examine()
    assert storage.kept() == set()


def test_a_project_without_documents_is_skipped(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "tests.testapp"]
    assert not apps.is_installed("tests.testapp")
    assert statuses(examined.examine(Case())) == {"writable": "skipped"}
