"""The search for files that no row names, in chunks, while rows change."""

import os
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.maintenance import orphans
from django_event_pdfs.maintenance.orphans import Search, document_folders
from tests.conftest import upload
from tests.maintenance.faults import Listener
from tests.maintenance.folders import OLD, on_disk, put, touch
from tests.test_lifecycle import make_event
from tests.testapp.models import Attachment

pytestmark = pytest.mark.django_db(transaction=True)

GUIDES = "events/guides/"


@pytest.fixture
def storage(settings, tmp_path):
    return on_disk(settings, tmp_path / "media")


def search(storage, **options):
    return Search(storage, datetime.now(UTC), timedelta(hours=24), **options)


def found(storage, **options):
    return set(search(storage, **options).orphans())


def test_the_folders_are_those_of_new_documents():
    assert document_folders() == [
        "events/guides/",
        "events/programmes/",
        "meetings/badges/",
        "permits/",
        "workshops/exercises/",
    ]


@pytest.mark.parametrize("chunk", [1, 2, 3, 6, 7, 100])
def test_every_chunk_is_held_against_all_names(storage, chunk):
    names = [f"{folder}{n}.pdf" for n in range(3) for folder in (GUIDES, "permits/")]
    put(storage, *names)
    for name in names[:2]:
        Attachment.objects.create(file=name)
        make_event(guide_file=name)
    assert found(storage, chunk=chunk) == set(names[2:])


def test_every_listed_file_is_counted_and_told(storage):
    put(storage, *(f"{GUIDES}{n}.pdf" for n in range(5)))
    listener = Listener()
    run = search(storage, watcher=listener, chunk=2)
    assert len(list(run.orphans())) == run.listed == listener.done == 5


def test_a_host_s_own_table_is_asked_for_names_in_our_folders_only(storage):
    put(storage, f"{GUIDES}a.pdf")
    Attachment.objects.create(file="avatars/a.png")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found(storage)
    [query] = [q["sql"] for q in queries if "testapp_attachment" in q["sql"]]
    assert "LIKE" in query
    assert all(folder in query for folder in document_folders())


def test_names_of_documents_are_read_from_their_indexes_alone(storage):
    if connection.vendor not in ("sqlite", "postgresql"):
        pytest.skip("Names may be equal there that are not the same.")
    put(storage, f"{GUIDES}a.pdf")
    with CaptureQueriesContext(connection) as queries:
        found(storage)
    asked = [q["sql"] for q in queries if '"guide_file"' in q["sql"]]
    assert asked
    for query in asked:
        assert "_facts" not in query
        assert '"id"' not in query
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for query in asked:
                cursor.execute(f"EXPLAIN QUERY PLAN {query}")
                assert "USING COVERING INDEX" in str(cursor.fetchall())


@pytest.mark.parametrize("exact", [(), ("sqlite", "postgresql")])
def test_names_that_many_rows_share_and_pages_divide_are_all_found(storage, monkeypatch, exact):
    monkeypatch.setattr(orphans, "_EXACT", exact)
    pages = partial(orphans.keyset, size=2)
    monkeypatch.setattr(orphans, "keyset", pages)
    names = [f"{GUIDES}{n}.pdf" for n in "abcde"]
    put(storage, *names, f"{GUIDES}z.pdf")
    for name in names:
        for _ in range(3):
            make_event(guide_file=name)
    make_event()
    assert found(storage) == {f"{GUIDES}z.pdf"}


@pytest.mark.parametrize(
    "named", [f"{GUIDES}A.pdf", f"/{GUIDES}a.pdf", "events//guides/a.pdf", f"./{GUIDES}a.pdf"]
)
def test_one_name_among_plain_ones_may_be_written_in_another_way(storage, named):
    put(storage, f"{GUIDES}a.pdf", f"{GUIDES}b.pdf")
    make_event(guide_file=named)
    make_event(guide_file=f"{GUIDES}b.pdf")
    assert found(storage) == set()


def test_a_file_replaced_during_the_search_is_no_orphan(storage, settings, monkeypatch):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 3600}
    event = make_event(guide_file=upload())
    first = event.guide_file.name
    touch(storage, first, OLD)
    asked = []

    def replacing(question):
        def names(*args):
            yield from question(*args)
            if not asked:  # Between the two questions, whichever is first.
                event.guide_file = upload()
                event.save()
            asked.append(question)

        return names

    for question in ("_names", "_replaced_names"):
        monkeypatch.setattr(orphans, question, replacing(getattr(orphans, question)))
    assert found(storage) == set()
    assert len(asked) == 2
    assert storage.exists(first)


def test_of_two_files_alike_none_is_taken_for_the_other(storage):
    names = [f"{GUIDES}A.pdf", f"{GUIDES}a.pdf"]
    put(storage, *names)
    make_event(guide_file=names[0])
    assert found(storage) == set()


def test_a_name_that_is_no_text_stays_and_is_told(storage):
    put(storage, f"{GUIDES}a.pdf")
    folder = os.fsencode(storage.path(GUIDES)) + b"/"
    try:
        os.rename(folder + b"a.pdf", folder + b"\xff.pdf")
    except OSError:
        pytest.skip("Names on this disk are text.")
    os.utime(folder + b"\xff.pdf", (0, 0))
    listener = Listener()
    run = search(storage, watcher=listener)
    assert list(run.orphans()) == []
    assert (listener.kinds, run.odd) == (["odd"], 1)


@pytest.mark.parametrize("facts", [["replaced"], {"replaced": 1}, {"replaced": [["a", "b"]]}])
def test_facts_that_say_nothing_of_sense_keep_nothing(storage, settings, facts):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 3600}
    name = put(storage, f"{GUIDES}a.pdf")
    event = make_event()
    type(event).objects.update(guide_file="events/guides/b.pdf", guide_file_facts=facts)
    assert found(storage) == {name}
