"""PDFField: its columns and storage, no document, and what queries may write."""

from datetime import UTC, datetime

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from django_event_pdfs.fields import PDFField, document_fields
from django_event_pdfs.models import EventDocumentsMixin, HasDocuments
from django_event_pdfs.testing import MemoryStorage
from django_event_pdfs.validators import PDFValidator
from tests.conftest import upload
from tests.testapp.models import Event, Permit, ProxyEvent, Workshop

LEGACY = "events/programmes/summit_2025.pdf"


def column(event, field="programme_file"):
    """Return what the row's column holds now."""
    return type(event).objects.values_list(field, flat=True).get(pk=event.pk)


def write_raw(event, value):
    """Write to the column past the field, as another program or an older release did."""
    table = Event._meta.db_table
    sql = f"UPDATE {table} SET programme_file = %s WHERE id = %s"
    with connection.cursor() as cursor:
        pk = Event._meta.pk.get_db_prep_value(event.pk, connection)
        cursor.execute(sql, [value, pk])


@pytest.fixture
def stored(event):
    event.programme_file = upload()
    event.save()
    return event


# The columns


def test_every_document_has_one_facts_column():
    names = [f.name for f in Event._meta.get_fields() if f.name.endswith("_facts")]
    assert sorted(names) == ["guide_file_facts", "programme_file_facts"]


def test_an_inherited_table_has_the_facts_of_its_own_documents_only():
    names = [f.name for f in Workshop._meta.local_fields if f.name.endswith("_facts")]
    assert names == ["exercise_file_facts"]


def test_a_declared_facts_column_is_not_added_again():
    with isolate_apps("tests.testapp"):

        class Talk(HasDocuments):
            slides_file_facts = models.JSONField(null=True, editable=False)
            slides_file = PDFField(upload_to="slides/")

            class Meta:
                app_label = "testapp"

    assert [f.name for f in Talk._meta.local_fields].count("slides_file_facts") == 1


def test_an_inherited_document_can_be_left_out():
    with isolate_apps("tests.testapp"):

        class Talk(EventDocumentsMixin):
            guide_file = None

            class Meta:
                app_label = "testapp"

    names = [f.name for f in Talk._meta.get_fields()]
    assert names == ["id", "programme_file", "programme_file_facts"]


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Event, {"programme_file", "guide_file"}),
        (ProxyEvent, {"programme_file", "guide_file"}),
        (Workshop, {"programme_file", "guide_file", "badge_file", "exercise_file"}),
        (Permit, {"permit_file"}),
    ],
)
def test_documents_are_found_from_the_model(model, names):
    assert {field.name for field in document_fields(model)} == names


def test_deconstruction_leaves_policy_and_storage_out():
    policy = {"max_size": 5, "allow": ["xfa"], "folders": ["b/"]}
    field = PDFField(upload_to="a/", storage=FileSystemStorage("/x"), **policy)
    field.name = "a_file"
    *_, arguments = field.deconstruct()
    assert arguments == {
        "upload_to": "a/",
        "null": True,
        "blank": True,
        "max_length": 255,
        "db_index": True,
        "companion": False,
    }


def test_the_gate_of_a_field_has_its_policy():
    field = PDFField(upload_to="a/", max_size=5, allow=["xfa"])
    assert field.gate == PDFValidator(5, ["xfa"], field)
    assert field.gate in field.validators


def test_a_deconstructed_field_can_be_built_again():
    field = Permit._meta.get_field("permit_file")
    *_, args, kwargs = field.deconstruct()
    rebuilt = PDFField(*args, **kwargs)
    assert (rebuilt.null, rebuilt.blank, rebuilt.upload_to) == (False, False, "permits/")


@pytest.mark.parametrize("upload_to", ["", "/", "{name}.pdf".format])
def test_an_upload_to_that_is_no_folder_is_reported(upload_to):
    with isolate_apps("tests.testapp"):

        class Talk(HasDocuments):
            slides_file = PDFField(upload_to=upload_to)

            class Meta:
                app_label = "testapp"

        assert "event_pdfs.E003" in [error.id for error in Talk.check()]


def test_the_test_models_pass_every_check(db):
    # But for the plain field that stores beside the documents on purpose.
    assert {message.id for message in run_checks()} == {"event_pdfs.W005"}


# The storage


def test_the_storage_is_that_of_the_settings_at_each_use(settings):
    field = Event._meta.get_field("programme_file")
    assert field.storage is storages["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "event_pdfs": {"BACKEND": "django_event_pdfs.testing.MemoryStorage"},
    }
    assert field.storage is storages["event_pdfs"]
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "STORAGE": "default"}
    assert field.storage is storages["default"]


def test_swapped_storages_keep_the_next_document(event, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    event.programme_file = upload()
    event.save()
    assert (tmp_path / event.programme_file.name).is_file()
    assert event.programme_file.path == str(tmp_path / event.programme_file.name)


def test_another_alias_keeps_the_next_document(event, storage, settings):
    backend = {"BACKEND": "django_event_pdfs.testing.MemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": backend, "vault": backend}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "STORAGE": "vault"}
    event.programme_file = upload()
    event.save()
    assert storages["vault"].names() == {event.programme_file.name}
    assert storages["default"].names() == set()


# No document


@pytest.mark.parametrize("value", [None, ""])
def test_no_document_is_written_as_null(stored, value):
    stored.programme_file = value
    stored.save()
    assert column(stored) is None


def test_no_document_is_written_as_null_from_the_start(event):
    assert column(event) is None


def test_no_document_is_empty_text_where_null_is_not_allowed(db):
    permit = Permit.objects.create()
    assert column(permit, "permit_file") == ""


@pytest.mark.parametrize("raw", [None, ""])
def test_null_and_empty_text_read_alike(event, raw):
    write_raw(event, raw)
    assert column(event) == raw
    read = Event.objects.get(pk=event.pk)
    assert not read.programme_file
    assert read.programme_file.facts is None


@pytest.mark.parametrize("raw", [None, ""])
@pytest.mark.parametrize(
    "lookup",
    [{"programme_file": ""}, {"programme_file": None}, {"programme_file__isnull": True}],
)
def test_lookups_find_null_and_empty_text_alike(event, raw, lookup):
    write_raw(event, raw)
    full = Event.objects.create(name="Full", start_date=event.start_date, programme_file=upload())
    assert list(Event.objects.filter(**lookup)) == [event]
    assert list(Event.objects.exclude(**lookup)) == [full]


def test_lookups_compare_with_empty_text(stored):
    assert Event.objects.filter(programme_file__gt="").exists()
    assert Event.objects.filter(programme_file__in=["", stored.programme_file.name]).exists()
    assert Event.objects.filter(programme_file__startswith="").exists()


def test_lookups_find_by_name_and_by_document(stored):
    name = stored.programme_file.name
    assert Event.objects.get(programme_file=name) == stored
    assert Event.objects.get(programme_file=stored.programme_file) == stored
    assert Event.objects.get(programme_file__startswith="events/programmes/") == stored


# Queries that write


def test_bulk_create_stores_files_and_facts(storage, db):
    events = [
        Event(name=str(n), start_date=datetime.now(UTC), programme_file=upload(pages=n))
        for n in (1, 2)
    ]
    Event.objects.bulk_create(events)
    read = Event.objects.order_by("name")
    assert [event.programme_file.facts.pages for event in read] == [1, 2]
    assert storage.names() == {event.programme_file.name for event in read}


def test_bulk_create_refuses_what_is_no_pdf(storage, db):
    event = Event(name="x", start_date=datetime.now(UTC), programme_file=ContentFile(b"x", "x.pdf"))
    with pytest.raises(ValidationError):
        Event.objects.bulk_create([event])
    assert storage.names() == set()


def test_update_with_a_file_that_is_not_stored_raises(stored, storage):
    name = stored.programme_file.name
    with pytest.raises(ValueError, match="not stored"), transaction.atomic():
        Event.objects.update(programme_file=upload())
    assert storage.names() == {name} == {column(stored)}


def test_bulk_update_with_a_file_that_is_not_stored_raises(stored, storage):
    name = stored.programme_file.name
    stored.programme_file = upload()
    with pytest.raises(ValueError, match="not stored"), transaction.atomic():
        Event.objects.bulk_update([stored], ["programme_file"])
    assert storage.names() == {name} == {column(stored)}


@pytest.mark.parametrize("value", [None, ""])
def test_update_and_bulk_update_write_no_document_as_null(stored, value):
    Event.objects.update(programme_file=value)
    assert column(stored) is None
    stored.guide_file = value
    Event.objects.bulk_update([stored], ["guide_file"])
    assert column(stored, "guide_file") is None


def test_update_and_bulk_update_take_stored_names(stored):
    Event.objects.update(programme_file=LEGACY)
    assert column(stored) == LEGACY
    stored.guide_file = LEGACY
    Event.objects.bulk_update([stored], ["guide_file"])
    assert column(stored, "guide_file") == LEGACY


def test_memory_storage_says_what_it_holds():
    storage = MemoryStorage()
    storage.save("a/b.pdf", ContentFile(b"x"))
    storage.save("c.pdf", ContentFile(b"x"))
    assert storage.names() == {"a/b.pdf", "c.pdf"}
