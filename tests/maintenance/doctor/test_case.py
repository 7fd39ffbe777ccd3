"""How much documents may hold, and where they are sent."""

import pytest

from django_event_pdfs.maintenance.doctor.case import Case
from tests.testapp.models import Event


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://example.org", "https://example.org/api/events/"),
        ("https://example.org/", "https://example.org/api/events/"),
        ("https://example.org/v2/meetings/", "https://example.org/v2/meetings/"),
        ("", "/api/events/"),
    ],
)
def test_the_api_is_found_where_the_site_alone_is_given(url, api):
    assert Case(url=url).api == api


def test_a_project_without_an_api_is_asked_at_its_root(settings):
    settings.ROOT_URLCONF = "django_event_pdfs.file_urls"
    assert Case(url="https://example.org/").api == "https://example.org/"


def test_the_largest_document_is_that_of_the_field_that_takes_the_most(settings, monkeypatch):
    settings.EVENT_PDFS = {"MAX_SIZE": 100}
    assert Case().largest == 100
    monkeypatch.setattr(Event._meta.get_field("guide_file"), "max_size", 300)
    assert Case().largest == 300


def test_the_limit_of_all_counts_only_where_a_field_has_none(settings, monkeypatch):
    settings.EVENT_PDFS = {"MAX_SIZE": 100}
    for field in Case().fields:
        monkeypatch.setattr(field, "max_size", 10)
    assert Case().largest == 10


def test_an_event_may_have_all_its_documents(settings, monkeypatch):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Event", "MAX_SIZE": 100}
    monkeypatch.setattr(Event._meta.get_field("guide_file"), "max_size", 300)
    assert Case().largest_event == 400


def test_without_an_event_model_the_one_with_most_documents_counts(settings):
    settings.EVENT_PDFS = {"MAX_SIZE": 100}
    assert Case().largest_event == 400  # A workshop, with what it inherits.


def test_a_project_without_documents_has_the_limit_of_all(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "tests.testapp"]
    settings.EVENT_PDFS = {"MAX_SIZE": 100}
    assert (Case().largest, Case().largest_event) == (100, 100)
