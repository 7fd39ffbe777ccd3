"""What reading costs, in counts that no machine changes; and what an unchanged answer is worth."""

from collections import Counter

import pytest
from django.core.files.storage import Storage
from django.utils import timezone
from rest_framework.pagination import PageNumberPagination

from django_event_pdfs import fields
from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.links import mounts, signatures, signed
from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.presenters import DocumentPresenter
from tests.conftest import upload
from tests.testapp.models import Event

EVENTS = "/api/events/"
DAY = 24 * 60 * 60

pytestmark = pytest.mark.django_db


class Pages(PageNumberPagination):
    page_size = 5


class RaisingStorage(Storage):
    """A storage that may not be asked anything, by whichever method."""

    def __getattribute__(self, name):
        if name.startswith("__"):
            return super().__getattribute__(name)
        raise AssertionError(f"The storage was asked for {name}.")


@pytest.fixture
def events(db):
    return [
        Event.objects.create(
            name=f"Event {n}",
            start_date="2026-12-01T09:00:00Z",
            programme_file=upload(f"{n}.pdf"),
            guide_file=upload(),
        )
        for n in range(8)
    ]


@pytest.fixture
def calls(monkeypatch):
    """Count the calls of what costs most."""
    found = Counter()

    def count(owner, name, label=None):
        original = getattr(owner, name)

        def counted(*args, **kwargs):
            found[label or name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)

    count(signatures.Signer, "sign")
    count(fields, "read_column", "facts read")
    count(DocumentFacts, "from_json")
    count(mounts, "reverse")
    count(signed.SignedLinks, "maker")
    count(EventDocumentsPermission, "can_read")
    count(EventDocumentsPermission, "prepare")
    count(timezone, "get_current_timezone")
    count(DocumentPresenter, "__init__", "presenter")
    return found


@pytest.mark.parametrize("size", [2, 8])
def test_a_list_costs_a_signature_a_document_and_nothing_else_that_grows(
    reader, events, calls, size
):
    reader.get(f"{EVENTS}?page_size={size}")
    read = size + (size < 8)  # One more, to know of the next page.
    documents = {"sign": 2 * size, "facts read": 2 * read}
    once = {"maker": 1, "prepare": 1, "presenter": 1}
    for name, expected in {**documents, **once, "from_json": 0}.items():
        assert calls[name] == expected, name
    assert calls["can_read"] <= 2
    assert calls["reverse"] <= 6
    assert calls["get_current_timezone"] <= 8


@pytest.mark.parametrize("size", [2, 8])
def test_a_list_takes_one_query(reader, events, django_assert_num_queries, size):
    with django_assert_num_queries(1):
        reader.get(f"{EVENTS}?page_size={size}")


@pytest.mark.parametrize("size", [2, 8])
def test_a_list_by_page_numbers_takes_two(
    reader, events, django_assert_num_queries, settings, monkeypatch, size
):
    monkeypatch.setattr(Pages, "page_size", size)
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_PAGINATION_CLASS": "tests.test_reading.Pages",
    }
    with django_assert_num_queries(2):
        assert len(reader.get(EVENTS).json()["results"]) == size


def test_a_detail_takes_one_query(reader, events, django_assert_num_queries):
    with django_assert_num_queries(1):
        reader.get(f"{EVENTS}{events[0].pk}/")


def test_a_detail_is_about_2_kb(reader, events):
    assert len(reader.get(f"{EVENTS}{events[0].pk}/").content) < 2560


# Facts come from the row, the ETag from the name: the storage is not asked.


@pytest.fixture
def silent(events, settings):
    """Have a storage that must not be asked."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "tests.test_reading.RaisingStorage"},
    }
    return events[0]


@pytest.mark.parametrize("where", ["", "{pk}/"])
def test_reading_asks_no_storage(reader, silent, where):
    data = reader.get(EVENTS + where.format(pk=silent.pk)).json()
    event = data if where else data["results"][0]
    entry = event["documents"]["programme_file"]
    assert entry["url"]
    assert None not in entry.values()


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_permalink_that_is_unchanged_asks_no_storage(reader, silent, method):
    address = f"{EVENTS}{silent.pk}/programme_file/"
    entry = reader.get(f"{EVENTS}{silent.pk}/").json()["documents"]["programme_file"]
    response = getattr(reader, method)(address, headers={"if-none-match": entry["etag"]})
    assert (response.status_code, response["ETag"]) == (304, entry["etag"])


def test_a_link_that_is_unchanged_asks_no_storage(client, reader, silent):
    entry = reader.get(f"{EVENTS}{silent.pk}/").json()["documents"]["programme_file"]
    response = client.get(entry["url"], headers={"if-none-match": entry["etag"]})
    assert response.status_code == 304


# An answer that did not change


@pytest.fixture
def conditional(settings, monkeypatch):
    """Have Django's middleware for conditions, and a clock that stands."""
    settings.MIDDLEWARE = [
        "django.middleware.http.ConditionalGetMiddleware",
        *settings.MIDDLEWARE,
    ]
    clock = {"now": 1_800_000_000 // DAY * DAY + 100}
    monkeypatch.setattr(signed.time, "time", lambda: clock["now"])
    return clock


@pytest.mark.parametrize("where", ["", "{pk}/"])
def test_an_unchanged_answer_is_304(reader, events, conditional, where):
    address = EVENTS + where.format(pk=events[0].pk)
    first = reader.get(address)
    conditional["now"] += DAY - 200  # As long as the window does not move.
    again = reader.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("where", ["", "{pk}/"])
def test_an_answer_changes_with_the_window_of_links(reader, events, conditional, where):
    address = EVENTS + where.format(pk=events[0].pk)
    first = reader.get(address)
    conditional["now"] += DAY
    again = reader.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize("where", ["", "{pk}/"])
def test_an_answer_changes_with_a_document(reader, events, conditional, where):
    address = EVENTS + where.format(pk=events[0].pk)
    first = reader.get(address)
    event = Event.objects.get(pk=events[0].pk)
    event.guide_file = upload("New.pdf")
    event.save()
    again = reader.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200


def test_a_list_of_another_user_is_the_same_text(reader, api, events):
    assert reader.get(EVENTS).content == api.get(EVENTS).content
