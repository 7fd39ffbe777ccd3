"""The checks of fields: each fires where it should and nowhere else."""

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models
from django.test.utils import isolate_apps

from django_event_pdfs.checks.fields import (
    check_default,
    check_facts_column,
    check_max_length,
    check_storage_argument,
)
from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import HasDocuments
from django_event_pdfs.naming import new_name
from tests.checks.making import ids, made_with, make
from tests.projects import Project

# E003


@pytest.mark.parametrize("folder", ["", "/", lambda instance, name: name])
def test_e003_an_upload_to_that_is_no_folder(folder):
    field = PDFField(upload_to=folder)
    field.set_attributes_from_name("file")
    assert "event_pdfs.E003" in ids(field.check())


@pytest.mark.parametrize("folder", ["bare/", "bare", "a/b/c/"])
@isolate_apps("tests.testapp")
def test_e003_not_for_a_folder(folder):
    right = make(HasDocuments, file=PDFField(upload_to=folder))
    assert right._meta.get_field("file").check() == []


# E005


EVENT = """
from django_event_pdfs.models import AbstractEvent

class Event(AbstractEvent):
    pass
"""

FOUND = """
from django.core import checks

result = sorted(message.id for message in checks.run_checks())
"""


@pytest.mark.parametrize("ours", [[], ["django_event_pdfs"]])
def test_e005_a_pdf_field_without_its_app(tmp_path, ours):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    project = Project(tmp_path, database)
    project.write("host/models.py", EVENT)
    others = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "host"]
    expected = [] if ours else ["event_pdfs.E005"] * 2
    assert project.run(FOUND, INSTALLED_APPS=[*ours, *others]) == expected


# E024


@pytest.mark.parametrize("length", [0, 44, None, "255"])
@isolate_apps("tests.testapp")
def test_e024_a_column_too_short_for_its_names(only, length):
    model = made_with(max_length=length)
    only(model)
    (message,) = check_max_length(None)
    assert (message.id, message.obj) == ("event_pdfs.E024", model._meta.get_field("programme_file"))
    assert len(new_name("made/", "programme_file")) == 45


@pytest.mark.parametrize("length", [45, 255])
@isolate_apps("tests.testapp")
def test_e024_not_for_a_column_that_takes_them(only, length):
    only(made_with(max_length=length))
    assert check_max_length(None) == []


# E025


@pytest.mark.parametrize("column", [models.CharField(max_length=9), models.JSONField(null=True)])
@isolate_apps("tests.testapp")
def test_e025_another_column_of_that_name(only, column):
    model = make(HasDocuments, programme_file_facts=column.clone(), programme_file=field())
    only(model)
    (message,) = check_facts_column(None)
    assert (message.id, message.obj) == ("event_pdfs.E025", model._meta.get_field("programme_file"))


@isolate_apps("tests.testapp")
def test_e025_no_column_at_all(only):
    only(made_with(companion=False))
    assert ids(check_facts_column(None)) == ["event_pdfs.E025"]


@isolate_apps("tests.testapp")
def test_e025_not_for_the_column_that_is_added(only):
    child = make(make(HasDocuments, programme_file=field()), name="Child", guide_file=field())
    only(made_with(name="Other"), child)
    assert check_facts_column(None) == []


def field(**options):
    return PDFField(**{"upload_to": "made/", **options})


# W008


@pytest.mark.parametrize("option", ["default", "db_default"])
@isolate_apps("tests.testapp")
def test_w008_a_document_by_default(only, option):
    only(made_with(**{option: "made/programme.pdf"}))
    assert ids(check_default(None)) == ["event_pdfs.W008"]


@pytest.mark.parametrize("options", [{}, {"default": None}, {"default": ""}, {"db_default": ""}])
@isolate_apps("tests.testapp")
def test_w008_not_for_no_document_by_default(only, options):
    only(made_with(**options))
    assert check_default(None) == []


# W009


@pytest.mark.parametrize("storage", [FileSystemStorage("/elsewhere"), lambda: default_storage])
@isolate_apps("tests.testapp")
def test_w009_a_storage_that_is_not_used(only, storage):
    only(made_with(storage=storage))
    assert ids(check_storage_argument(None)) == ["event_pdfs.W009"]


@pytest.mark.parametrize("options", [{}, {"storage": None}, {"storage": default_storage}])
@isolate_apps("tests.testapp")
def test_w009_not_without_one(only, options):
    only(made_with(**options))
    assert check_storage_argument(None) == []
