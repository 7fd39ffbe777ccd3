import pytest
from django.core.files.base import ContentFile
from django.forms import ModelForm, modelform_factory
from django.utils.html import escape

from django_event_pdfs.forms import PDFFormField
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, Permit

EventForm = modelform_factory(Event, fields=["name", "programme_file", "guide_file"])


def submit(event: Event, upload=None, form_class=EventForm, **data: str) -> ModelForm:
    files = {"programme_file": upload} if upload else {}
    return form_class({"name": "Summit", **data}, files, instance=event)


def codes(form: ModelForm) -> dict[str, list[str]]:
    return {name: [e.code for e in errors] for name, errors in form.errors.as_data().items()}


@pytest.fixture
def stored(event):
    event.programme_file.save("Programme 2026.pdf", ContentFile(make_pdf(pages=3)))
    return Event.objects.get(pk=event.pk)


def test_a_model_form_has_our_field():
    assert isinstance(EventForm().fields["programme_file"], PDFFormField)


def test_the_facts_are_in_no_form():
    form = modelform_factory(Event, fields="__all__")()

    assert not [name for name in form.fields if name.endswith("_facts")]


def test_the_input_offers_pdfs():
    assert 'accept="application/pdf,.pdf"' in str(EventForm()["programme_file"])


def test_a_form_stores_a_document(event, storage):
    form = submit(event, upload("Programme 2026.pdf"))
    form.save()

    event.refresh_from_db()
    assert storage.names() == {event.programme_file.name}
    assert event.programme_file.facts.filename == "Programme 2026.pdf"


def test_a_form_without_a_file_keeps_the_document(stored, storage):
    submit(stored).save()

    assert storage.names() == {Event.objects.get(pk=stored.pk).programme_file.name}


def test_a_form_clears_a_document(stored, storage, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        submit(stored, **{"programme_file-clear": "on"}).save()

    stored.refresh_from_db()
    assert (bool(stored.programme_file), stored.programme_file_facts) == (False, None)
    assert storage.names() == set()


def test_a_form_replaces_a_document(stored, storage, django_capture_on_commit_callbacks):
    old = stored.programme_file.name
    with django_capture_on_commit_callbacks(execute=True):
        submit(stored, upload()).save()

    stored.refresh_from_db()
    assert storage.names() == {stored.programme_file.name}
    assert stored.programme_file.name != old


def test_a_file_and_clear_together_are_refused(stored):
    form = submit(stored, upload(), **{"programme_file-clear": "on"})

    assert codes(form) == {"programme_file": ["contradiction"]}


def test_a_refused_file_is_an_error_of_its_field(event, storage):
    form = submit(event, upload("a.exe"))

    assert codes(form) == {"programme_file": ["wrong_extension"]}
    assert storage.names() == set()


def test_a_form_of_another_column_judges_no_file(stored):
    stored.programme_file.storage.delete(stored.programme_file.name)
    form = modelform_factory(Event, fields=["name"])({"name": "New"}, instance=stored)

    assert form.is_valid()


def test_a_refused_form_renders_again(stored):
    form = submit(stored, ContentFile(pdfs.HTML, "a.pdf"))

    assert not form.is_valid()
    assert "errorlist" in form.as_p()


def test_a_refused_first_file_renders_again(event):
    form = submit(event, ContentFile(pdfs.HTML, "a.pdf"))

    assert not form.is_valid()
    assert "errorlist" in form.as_p()


def test_a_required_document_must_be_there(db):
    form = modelform_factory(Permit, fields="__all__")({}, {})

    assert codes(form) == {"permit_file": ["required"]}


def test_a_required_document_cannot_be_cleared(db):
    permit = Permit.objects.create(permit_file=upload())
    form = modelform_factory(Permit, fields="__all__")(
        {"permit_file-clear": "on"}, {}, instance=permit
    )
    form.is_valid()
    form.save()

    assert Permit.objects.get().permit_file.name == permit.permit_file.name


def test_a_filename_longer_than_the_column_is_accepted(event):
    form = submit(event, upload("大" * 200 + ".pdf"))
    form.save()

    assert len(Event.objects.get().programme_file.facts.filename.encode()) <= 200


def test_currently_shows_name_size_pages_and_link(stored):
    html = str(EventForm(instance=stored)["programme_file"])

    assert escape(stored.programme_file.url) in html
    assert "Programme 2026.pdf" in html
    assert "3 pages" in html


def test_currently_escapes_the_filename(event):
    event.programme_file.save("<script>alert(1)<script>.pdf", ContentFile(make_pdf()))

    assert "<script>" not in str(EventForm(instance=event)["programme_file"])


def test_currently_shows_a_legacy_name_without_facts(event):
    Event.objects.update(programme_file="events/programmes/Old.pdf")
    event.refresh_from_db()
    html = str(EventForm(instance=event)["programme_file"])

    assert escape(event.programme_file.url) in html
    assert "Old.pdf" in html


@pytest.mark.parametrize("name", ["elsewhere/Old.pdf", "../Old.pdf", "Old.pdf"])
def test_currently_renders_a_name_that_has_no_link(event, name):
    Event.objects.update(programme_file=name)
    event.refresh_from_db()

    assert name in str(EventForm(instance=event)["programme_file"])


def test_a_name_that_has_no_link_can_be_cleared(event):
    Event.objects.update(programme_file="elsewhere/Old.pdf")
    event.refresh_from_db()
    submit(event, **{"programme_file-clear": "on"}).save()

    assert not Event.objects.get().programme_file


def test_nothing_is_current_where_nothing_is_stored(event):
    assert "Currently" not in str(EventForm(instance=event)["programme_file"])


def test_each_document_of_a_host_has_the_field():
    form = modelform_factory(Meeting, fields="__all__")()
    ours = {name for name, field in form.fields.items() if isinstance(field, PDFFormField)}

    assert ours == {"programme_file", "guide_file", "badge_file"}
