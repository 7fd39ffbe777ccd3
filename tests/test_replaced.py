"""``KEEP_REPLACED``: the file of a replaced document stays readable for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from django_event_pdfs import facts
from tests.conftest import upload
from tests.testapp.models import Event, Workshop

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"


@pytest.fixture
def keep(settings):
    def set_to(duration):
        settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": duration}

    set_to(timedelta(hours=1))
    return set_to


@pytest.fixture
def stored(event):
    event.programme_file = upload()
    event.save()
    return event


@pytest.fixture
def later(monkeypatch):
    """Let time pass, as far as facts know."""

    def pass_by(duration):
        class Later(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + duration

        monkeypatch.setattr(facts, "datetime", Later)

    return pass_by


def replace(event):
    """Replace the programme and return the name that it had."""
    name = event.programme_file.name
    event.programme_file = upload()
    event.save()
    return name


def replaced(event):
    row = type(event).objects.get(pk=event.pk)
    return [name for name, _at in row.programme_file.facts.replaced]


def test_a_replaced_file_stays_and_its_row_knows(stored, storage, keep):
    old = replace(stored)
    assert storage.names() == {old, stored.programme_file.name}
    assert replaced(stored) == [old]


def test_the_row_knows_when_it_was_replaced(stored, keep):
    before = datetime.now(UTC)
    replace(stored)
    [(_name, at)] = Event.objects.get().programme_file.facts.replaced
    assert before <= at <= datetime.now(UTC)


def test_every_file_that_was_replaced_in_time_stays(stored, storage, keep):
    old = [replace(stored) for _ in range(3)]
    assert replaced(stored) == old
    assert storage.names() == {*old, stored.programme_file.name}


def test_what_was_kept_long_enough_goes_with_the_next_replacement(stored, storage, keep, later):
    first = replace(stored)
    later(timedelta(hours=2))
    second = replace(stored)
    assert replaced(stored) == [second]
    assert storage.names() == {second, stored.programme_file.name}
    assert first not in storage.names()


def test_by_default_nothing_is_kept(stored, storage):
    replace(stored)
    assert replaced(stored) == []
    assert storage.names() == {stored.programme_file.name}
    assert "replaced" not in Event.objects.get().programme_file_facts


def test_seconds_will_do(stored, storage, keep):
    keep(3600)
    old = replace(stored)
    assert old in storage.names()


def test_a_setting_that_is_gone_lets_all_go_at_the_next_replacement(stored, storage, keep):
    replace(stored)
    keep(0)
    replace(stored)
    assert storage.names() == {stored.programme_file.name}


@pytest.mark.parametrize(
    "remove",
    [
        lambda event: Event.objects.get().programme_file.delete(),
        lambda event: Event.objects.get().delete(),
        lambda event: event.delete(),
        lambda event: Event.objects.all().delete(),
    ],
    ids=["clear", "read-again", "instance", "query"],
)
def test_clearing_and_deleting_remove_all_at_once(stored, storage, keep, remove):
    replace(stored)
    replace(stored)
    remove(stored)
    assert storage.names() == set()


def test_a_stale_instance_that_replaces_keeps_what_the_row_knows(stored, storage, keep):
    stale = Event.objects.get()
    first = replace(stored)
    second = stored.programme_file.name
    stale.programme_file = upload()
    stale.save()
    assert replaced(stale) == [first, second]
    assert storage.names() == {first, second, stale.programme_file.name}


def test_a_stale_instance_saved_for_another_column_forgets_nothing(stored, keep):
    stale = Event.objects.get()
    old = replace(stored)
    stale.location = "Toulouse"
    stale.save()
    assert replaced(stored) == [old]


def test_going_back_to_a_file_that_was_kept_keeps_it(stored, storage, keep):
    old = replace(stored)
    stored.programme_file = old
    stored.save()
    assert storage.names() == {old}
    assert Event.objects.get().programme_file.name == old


def test_the_legacy_file_that_is_replaced_is_kept_too(storage, keep):
    name = storage.save("events/programmes/summit_2025.pdf", upload())
    event = Event.objects.create(name="E", start_date=START, programme_file=name)
    replace(event)
    assert replaced(event) == [name]
    assert name in storage.names()


def test_documents_of_parents_are_kept_too(storage, keep):
    row = Workshop.objects.create(title="W", badge_file=upload(), exercise_file=upload())
    old = {row.badge_file.name, row.exercise_file.name}
    row.badge_file, row.exercise_file = upload(), upload()
    row.save()
    assert storage.names() == {*old, row.badge_file.name, row.exercise_file.name}


def test_a_link_to_a_replaced_file_still_opens(stored, keep, client):
    link = stored.programme_file.url
    replace(stored)
    assert client.get(link).status_code == 200


def test_the_facts_in_memory_are_those_of_the_row(stored, keep):
    old = replace(stored)
    assert [name for name, _at in stored.programme_file.facts.replaced] == [old]


def test_the_api_shows_nothing_of_it(stored, keep, api):
    replace(stored)
    entry = api.get(f"/api/events/{stored.pk}/").json()["documents"]["programme_file"]
    assert "replaced" not in entry


@pytest.mark.parametrize(
    "garbage", [[["a.pdf"]], "text", 7, {"a": 1}, [[None, None]], [["a.pdf", "2026-01-01"]]]
)
def test_a_row_with_garbage_can_be_replaced(stored, storage, keep, garbage):
    held = {**Event.objects.get().programme_file_facts, "replaced": garbage}
    Event.objects.update(programme_file_facts=held)
    old = replace(stored)
    assert replaced(stored) == [old]


def test_a_copy_of_a_row_keeps_nothing_of_what_that_replaced(stored, storage, keep):
    old = replace(stored)
    twin = Event.objects.get(pk=stored.pk)
    twin.pk, twin._state.adding = None, True
    twin.save()
    twin.delete()
    assert storage.names() == {old, stored.programme_file.name}
    assert replaced(stored) == [old]
