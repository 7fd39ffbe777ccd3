"""All examinations together."""

import pytest

from django_event_pdfs.maintenance import doctor
from django_event_pdfs.maintenance.findings import Watcher
from tests.maintenance.doctor.diagnoses import statuses


class Counting(Watcher):
    def __init__(self):
        self.expected = self.done = 0

    def expect(self, total):
        self.expected += total

    def advance(self, count=1):
        self.done += count


def test_every_subject_is_examined(on_disk):
    assert list(statuses(doctor.examine())) == [
        "storage",
        "writable",
        "readable",
        "readable_by_range",
        "size",
        "modified_time",
        "listable",
        "names_kept",
        "deletable",
        "examined_as",
        "apart_from_static_files",
        "modes_alike",
        "closed_to_others",
        "lasting",
        "upload_folder",
        "free_space",
        "same_file_system",
        "scanner",
        "body_limit",
        "link_opens",
    ]


def test_a_quick_examination_saves_reads_deletes_and_scans(keep_in):
    assert statuses(doctor.examine(quick=True)) == {
        "storage": "ok",
        "writable": "ok",
        "readable": "ok",
        "readable_by_range": "ok",
        "deletable": "ok",
        "scanner": "skipped",
    }


def test_a_quick_examination_that_finds_nothing_exits_with_0():
    assert doctor.examine(quick=True).exit_code == 0


def test_what_is_wrong_exits_with_1(keep_in):
    keep_in("Keeping")
    assert doctor.examine(quick=True).exit_code == 1


@pytest.mark.parametrize("kind", ["Impossible", "no.such.Storage"])
def test_a_storage_that_cannot_be_made_is_a_problem_and_the_rest_is_examined(
    settings, kind, keep_in
):
    backend = kind if "." in kind else f"{__package__}.storages.{kind}"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
    found = statuses(doctor.examine())
    assert found == {"storage": "problem", "scanner": "skipped", "body_limit": "skipped"}


def test_an_alias_that_is_missing_is_a_problem(settings):
    settings.EVENT_PDFS = {"STORAGE": "missing"}
    assert statuses(doctor.examine(quick=True))["storage"] == "problem"


def test_a_subject_that_cannot_begin_is_a_problem_and_the_rest_is_examined(settings):
    settings.EVENT_PDFS = {"SCANNER": 5, "MAX_SIZE": "much"}
    found = statuses(doctor.examine())
    assert found["scanner"] == "problem"
    assert found["body_limit"] == "skipped"


def test_the_watcher_hears_of_the_progress():
    watcher = Counting()
    doctor.examine(watcher=watcher)
    assert watcher.done == watcher.expected > 0
