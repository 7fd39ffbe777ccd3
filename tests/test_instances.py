"""Instances that are made together are those that Django makes, and where they cannot be, its."""

import pickle

import pytest
from django.core import exceptions
from django.db import models
from django.db.models import Count, F
from django.db.models.signals import post_init, pre_init

from django_event_pdfs import instances
from django_event_pdfs.instances import made_together
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, ProxyEvent, Workshop

pytestmark = pytest.mark.django_db

MODELS = [Event, Meeting, ProxyEvent, Workshop]


@pytest.fixture
def made(monkeypatch):
    """Return the names that were noted of instances that were made together."""
    noted = []
    remember = instances.remember_read
    monkeypatch.setattr(
        instances, "remember_read", lambda *given: noted.append(given) or remember(*given)
    )
    return noted


@pytest.fixture(autouse=True)
def rows(manager):
    Meeting.objects.create(title="Council", owner=manager, badge_file=upload())
    Workshop.objects.create(title="Metal", programme_file=upload())
    Event.objects.create(name="Summit", start_date="2026-12-01T09:00Z", guide_file=upload())
    Event.objects.create(name="Fair", start_date="2026-12-01T09:00Z")


def state(instance):
    known = {name: value for name, value in vars(instance._state).items() if value != {}}
    return type(instance), {**vars(instance), "_state": known}


@pytest.mark.parametrize("model", MODELS)
def test_they_hold_what_django_s_hold(model, made):
    plain, together = model.objects.order_by("pk"), made_together(model.objects.order_by("pk"))
    assert [state(row) for row in together] == [state(row) for row in plain]
    assert len(made) == len(plain) > 0


@pytest.mark.parametrize("model", MODELS)
def test_they_can_be_pickled_saved_and_deleted(model, storage):
    row = made_together(model.objects.exclude(pk=None)).last()
    assert pickle.loads(pickle.dumps(row)).__dict__.keys() >= row.__dict__.keys()
    row.save()
    row.delete()
    assert not model.objects.filter(pk=row.pk).exists()


def test_a_document_that_is_assigned_replaces_the_one_that_was_read(storage):
    row = made_together(Event.objects.filter(name="Summit")).get()
    old = row.guide_file.name
    row.guide_file = upload()
    row.save()
    assert row.guide_file.name != old


CHANGES = {
    "select_related": lambda rows: rows.select_related("owner"),
    "annotate": lambda rows: rows.annotate(more=F("pk")),
    "group by": lambda rows: rows.annotate(more=Count("owner")),
    "defer": lambda rows: rows.defer("title"),
    "only": lambda rows: rows.only("title"),
    "extra": lambda rows: rows.extra(select={"more": "1"}),
    "union": lambda rows: rows.union(Meeting.objects.filter(pk=None)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_queries_that_select_more_or_less_are_django_s(change, made):
    plain, together = change(Meeting.objects.all()), change(made_together(Meeting.objects.all()))
    assert [state(row)[1].keys() for row in together] == [state(row)[1].keys() for row in plain]
    assert made == []


@pytest.mark.parametrize("method", ["values", "values_list"])
def test_rows_that_are_no_instances_stay_so(method):
    plain, together = (getattr(rows, method)() for rows in (Event.objects, Event.objects.all()))
    assert list(made_together(together).order_by("pk")) == list(plain.order_by("pk"))


@pytest.mark.parametrize("query", [{"pk__in": []}, {"pk": None}, {"title": "Nobody's"}])
def test_no_rows(query):
    assert list(made_together(Meeting.objects.filter(**query))) == []


def test_rows_that_were_fetched_are_not_fetched_again(django_assert_num_queries):
    rows = Event.objects.all()
    assert len(rows) == 2
    with django_assert_num_queries(0):
        assert list(made_together(rows)) == list(rows)


def test_what_is_fetched_beforehand_comes_with_them(django_assert_num_queries, made):
    rows = made_together(Meeting.objects.prefetch_related("owner"))
    with django_assert_num_queries(2):
        assert [str(meeting.owner) for meeting in rows] == ["manager", "None"]
    assert len(made) == 2


def test_columns_to_order_by_are_no_attributes():
    rows = Meeting.objects.order_by("owner__username").distinct()
    assert [*map(state, made_together(rows))] == [*map(state, rows)]


def test_related_objects_that_are_known_stay_known(manager, django_assert_num_queries):
    [meeting] = made_together(manager.meeting_set.all())
    with django_assert_num_queries(0):
        assert meeting.owner is manager


@pytest.mark.skipif(not hasattr(models, "FETCH_PEERS"), reason="Django 6.1 has it first")
def test_peers_know_each_other(made, django_assert_num_queries):
    rows = made_together(Event.objects.fetch_mode(models.FETCH_PEERS).only("pk"))
    with django_assert_num_queries(2):
        assert {event.name for event in rows} == {"Summit", "Fair"}
    whole = made_together(Event.objects.fetch_mode(models.FETCH_PEERS))
    assert [len(event._state.peers) for event in whole] == [2, 2]
    assert made == []


@pytest.mark.skipif(not hasattr(models, "FETCH_RAISE"), reason="Django 6.1 has it first")
def test_a_mode_of_fetching_is_kept(manager, made):
    rows = made_together(Meeting.objects.filter(owner=manager).fetch_mode(models.FETCH_RAISE))
    with pytest.raises(exceptions.FieldFetchBlocked):
        _ = rows[0].owner
    assert len(made) == 1


@pytest.mark.parametrize("signal", [pre_init, post_init])
def test_who_listens_is_told_of_each(signal, made):
    told = []

    def listen(sender, **kwargs):
        told.append(sender)

    signal.connect(listen, sender=Event)
    try:
        list(made_together(Event.objects.all()))
    finally:
        signal.disconnect(listen, sender=Event)
    assert (told, made) == ([Event, Event], [])


OWN = {
    "__init__": lambda self, *args, **kwargs: super(Event, self).__init__(*args, **kwargs),
    "__setattr__": lambda self, name, value: object.__setattr__(self, name, value),
    "from_db": classmethod(lambda cls, *a, **k: super(Event, cls).from_db(*a, **k)),
    "name": property(lambda self: "N", lambda self, value: None),
}


@pytest.mark.parametrize("name", OWN)
def test_a_class_that_makes_its_instances_itself_does(name, made, monkeypatch):
    instances._is_made_as_django_does.cache_clear()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(Event, name, OWN[name], raising=False)
            assert len(made_together(Event.objects.all())) == 2
    finally:
        instances._is_made_as_django_does.cache_clear()
    assert made == []


def test_a_model_of_another_kind_is_left_to_django(django_user_model, made):
    assert len(made_together(django_user_model.objects.all())) == 1
    assert made == []


def test_a_chunk_at_a_time(made):
    assert len(list(made_together(Event.objects.all()).iterator(chunk_size=1))) == 2
    assert len(made) == 2


def test_what_is_no_queryset_of_instances_is_left_alone():
    rows = [1, 2]
    assert made_together(rows) is rows


def test_a_list_is_made_together(reader, made):
    assert len(reader.get("/api/events/").json()["results"]) == 2
    assert len(made) == 2
