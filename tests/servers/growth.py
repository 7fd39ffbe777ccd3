"""Reading does not slow down as events grow in number: what PostgreSQL means to do for it.

Run by ``test_postgres.py``; not collected where the database is another.
"""

from base64 import b64encode
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.many_rows import insert_events
from tests.testapp.models import Event

EVENTS = "/api/events/"
ROWS = 100_000

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    """Fill the table once for all tests here; the transactions of tests leave it as it is."""
    with django_db_blocker.unblock():
        insert_events(Event._meta.db_table, ROWS)


@pytest.fixture
def deep(rows):
    """Return an event of which nine in ten are before it."""
    return Event.objects.order_by("start_date", "id")[ROWS * 9 // 10]


def cursor(event, **more):
    position = urlencode({"p": str(event.start_date), **more})
    return b64encode(position.encode()).decode()


def plans_of(client, address):
    """Return the nodes of the plan of each query that an answer takes, COUNTs and all."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    found = []
    for query in captured:
        with connection.cursor() as asking:
            asking.execute("EXPLAIN (FORMAT JSON) " + query["sql"])
            found.append([*nodes(asking.fetchone()[0][0]["Plan"])])
    return found


def nodes(plan):
    yield plan["Node Type"], plan.get("Index Name", "")
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def assert_walks_the_index(client, address):
    """Expect one query that reads the index in its order: no scan of the table, no sort."""
    (plan,) = plans_of(client, address)
    assert [kind for kind, _ in plan] == ["Limit", "Index Scan"]
    (index,) = (name for _, name in plan if name)
    assert index == Event._meta.indexes[0].name


def test_the_first_page_walks_the_index(reader, rows):
    assert_walks_the_index(reader, EVENTS)


def test_a_deep_page_walks_the_index(reader, deep):
    assert_walks_the_index(reader, f"{EVENTS}?{urlencode({'cursor': cursor(deep)})}")


def test_a_page_back_walks_the_index(reader, deep):
    (plan,) = plans_of(reader, f"{EVENTS}?{urlencode({'cursor': cursor(deep, r=1)})}")
    assert plan[0][0] == "Limit"
    assert plan[1] == ("Index Scan", Event._meta.indexes[0].name)


def test_a_page_among_equals_walks_the_index(reader, deep):
    Event.objects.filter(start_date__gt=deep.start_date).update(start_date=deep.start_date)
    assert_walks_the_index(reader, f"{EVENTS}?{urlencode({'cursor': cursor(deep, o=5000)})}")


def test_an_event_is_found_by_its_key(reader, deep):
    (plan,) = plans_of(reader, f"{EVENTS}{deep.pk}/")
    assert [kind for kind, _ in plan][-1] == "Index Scan"
