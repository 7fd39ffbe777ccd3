"""Lists of the bundled viewset: ordered, and paginated whatever the host configured."""

from base64 import b64encode

import pytest
from rest_framework.pagination import PageNumberPagination

from django_event_pdfs.pagination import EventCursorPagination, event_ordering
from tests.testapp.models import Event, Meeting, Permit

EVENTS = "/api/events/"

pytestmark = pytest.mark.django_db


class Pages(PageNumberPagination):
    page_size = 2


@pytest.fixture
def paged_by_number(settings):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_PAGINATION_CLASS": "tests.test_pagination.Pages",
    }


def make_events(count, day=1):
    return [
        Event.objects.create(name=str(n), start_date=f"2026-12-{day:02}T09:00:00Z")
        for n in range(count)
    ]


def walk(client, address):
    """Yield every page, by the links between them."""
    while address:
        page = client.get(address).json()
        yield page["results"]
        address = page["next"]


def cursor(position):
    return b64encode(position.encode()).decode()


def test_without_a_default_the_pages_have_cursors(reader, event):
    page = reader.get(EVENTS).json()
    assert page.keys() == {"next", "previous", "results"}


def test_a_host_s_default_is_respected(reader, paged_by_number):
    make_events(3)
    page = reader.get(EVENTS).json()
    assert (page["count"], len(page["results"])) == (3, 2)


@pytest.mark.parametrize("fixture", ["paged_by_number", "db"])
def test_a_list_is_in_the_order_of_start_and_id(request, reader, fixture):
    request.getfixturevalue(fixture)
    for day in (5, 3, 3, 4, 3):
        make_events(1, day)
    shown = [row["id"] for page in walk(reader, f"{EVENTS}?page_size=2") for row in page]
    assert shown == [str(e.pk) for e in Event.objects.order_by("start_date", "id")]


def test_cursors_visit_every_event_once_even_at_one_start(reader):
    made = {str(e.pk) for e in make_events(11)}
    pages = list(walk(reader, f"{EVENTS}?page_size=3"))
    assert [len(page) for page in pages] == [3, 3, 3, 2]
    assert {row["id"] for page in pages for row in page} == made


def test_cursors_go_on_where_thousands_start_at_one_moment(reader):
    """REST framework's own bound lets pages repeat for ever after the first thousand."""
    start = "2026-12-01T09:00:00Z"
    Event.objects.bulk_create([Event(name=str(n), start_date=start) for n in range(1_700)])
    pages = [[row["id"] for row in page] for page in walk(reader, f"{EVENTS}?page_size=500")]
    assert [len(page) for page in pages] == [500, 500, 500, 200]
    assert len({key for page in pages for key in page}) == 1_700


def test_cursors_lead_back(reader):
    make_events(4)
    first = reader.get(f"{EVENTS}?page_size=2").json()
    second = reader.get(first["next"]).json()
    assert reader.get(second["previous"]).json()["results"] == first["results"]


def test_a_page_has_a_largest_size(reader):
    assert EventCursorPagination.max_page_size == 500
    make_events(3)
    assert len(reader.get(f"{EVENTS}?page_size={10**30}").json()["results"]) == 3


@pytest.mark.parametrize("size", ["0", "-1", "x", "", "%00", "1.5"])
def test_a_size_that_is_none_is_ignored(reader, size):
    make_events(2)
    assert len(reader.get(f"{EVENTS}?page_size={size}").json()["results"]) == 2


@pytest.mark.parametrize(
    "text", ["zzz", cursor("p=garbage"), cursor("p=\x00"), cursor("o=-1"), cursor("p=2026-99-99")]
)
def test_a_made_up_cursor_is_not_found(reader, event, text):
    response = reader.get(EVENTS, {"cursor": text})
    assert (response.status_code, response.json()["codes"]) == (404, {"detail": ["not_found"]})


def test_a_made_up_cursor_of_an_integer_key_is_not_found(reader, settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    Meeting.objects.create(title="M")
    assert reader.get(EVENTS, {"cursor": cursor("p=garbage")}).status_code == 404


@pytest.mark.parametrize("size", [1, 7])
def test_a_page_takes_one_query_however_large(reader, size, django_assert_num_queries):
    make_events(8)
    with django_assert_num_queries(1):
        assert len(reader.get(f"{EVENTS}?page_size={size}").json()["results"]) == size


@pytest.mark.parametrize(
    ("model", "ordering"), [(Event, ("start_date", "id")), (Meeting, ("pk",)), (Permit, ("pk",))]
)
def test_a_model_without_both_columns_is_ordered_by_its_key(model, ordering):
    assert event_ordering(model) == ordering


@pytest.mark.parametrize("fixture", ["paged_by_number", "db"])
def test_a_model_without_an_order_gets_one(request, reader, settings, fixture):
    request.getfixturevalue(fixture)
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    made = [Meeting.objects.create(title=str(n)).pk for n in range(5)]
    shown = [row["id"] for page in walk(reader, f"{EVENTS}?page_size=2") for row in page]
    assert shown == made
