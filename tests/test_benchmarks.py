"""The benchmarks of the life of a file: what they count, never what they time."""

from importlib.util import find_spec

import pytest

from tests.benchmarks import deletion, reading, scenarios, sweeping, uploading

# What no library can see, or be told of; the sweep removes these.
SWEPT = {"replaced, another commit hook raises": (1, 0), "queryset.update()": (1, 0)}

needs_cleanup = pytest.mark.skipif(
    find_spec("django_cleanup") is None, reason="django-cleanup is not installed."
)
needs_jwt = pytest.mark.skipif(
    None in map(find_spec, ("rest_framework_simplejwt", "orjson")),
    reason="The extras fast and jwt are not installed.",
)


def test_nothing_is_leaked_or_lost():
    found = {row.scenario: row.files["ours"] for row in scenarios.rows(["ours"])}
    assert len(found) > 10
    assert found == {**dict.fromkeys(found, (0, 0)), **SWEPT}


@needs_cleanup
def test_deletions_leave_what_the_table_says():
    left = {row.side: (row.rows_left, row.files_left) for row in deletion.rows(20, rounds=2)}
    assert left == {"plain": (0, 40), "django-cleanup": (0, 0), "ours": (0, 0)}


def test_each_search_finds_the_same_orphans():
    found = {row.orphans for row in sweeping.rows(200, files=200, rounds=2)}
    assert found == {sweeping.ORPHANS}


@needs_jwt
def test_both_sides_read_the_same_events_in_fewer_queries():
    rows = {(row.what, row.side): row for row in reading.on_sqlite((300,), turns=2)}
    queries = {key: row.queries for key, row in rows.items() if key[1] in ("plain", "ours")}
    assert queries == {
        ("list", "plain"): 3,
        ("list", "ours"): 2,
        ("list, its first reader", "plain"): 3,
        ("list, its first reader", "ours"): 2,
        ("detail", "plain"): 2,
        ("detail", "ours"): 2,
        ("deep page", "plain"): 3,
        ("deep page", "ours"): 2,
    }


@needs_jwt
def test_each_way_of_uploading_is_measured():
    found = {row.way for row in uploading.rows(turns=2)}
    assert found in (set(), {"DRF, one POST", "ours, one POST", "ours, two raw PUTs"})
