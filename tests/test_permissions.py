"""Who may do what: by default, by groups and other backends, and by a host's own rules."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command
from django.test import Client
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from django_event_pdfs.permissions import EventDocumentsPermission, documents_permission
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW, READS, WRITES, ask, signed_in
from tests.testapp.models import Event, Meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_access(settings):
    def change(value):
        settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": value}

    return change


# The defaults


@pytest.mark.parametrize("endpoint", [*READS[:4], *WRITES])
def test_an_anonymous_client_is_asked_to_sign_in(full, endpoint):
    response = ask(Client(), endpoint, full)
    assert response.status_code == 401
    assert response["WWW-Authenticate"]


@pytest.mark.parametrize("endpoint", READS)
def test_a_plain_user_reads(user, full, endpoint):
    assert ask(signed_in(user), endpoint, full).status_code == 200


@pytest.mark.parametrize("endpoint", WRITES)
def test_a_plain_user_writes_nothing(user, full, storage, endpoint):
    before = storage.names()
    assert ask(signed_in(user), endpoint, full).status_code == 403
    assert list(Event.objects.values_list("name", flat=True)) == ["Tech Summit"]
    assert storage.names() == before


@pytest.mark.parametrize("endpoint", [*READS, *WRITES])
def test_a_gestionnaire_does_everything_by_the_group_alone(user, full, settings, endpoint):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    call_command("event_pdfs", "roles", verbosity=0)
    user.groups.add(Group.objects.get(name="gestionnaires"))
    assert ask(signed_in(user), endpoint, full).status_code < 300


@pytest.mark.parametrize(
    ("codename", "allowed"),
    [
        ("add_event", {"create"}),
        ("change_event", {"put", "patch", "store", "clear"}),
        ("delete_event", {"destroy"}),
        ("view_event", set()),
    ],
)
@pytest.mark.parametrize("endpoint", WRITES)
def test_each_permission_allows_its_own_endpoints(user, full, codename, allowed, endpoint):
    user.user_permissions.add(permission(codename))
    status = ask(signed_in(user), endpoint, full).status_code
    assert (status < 300) is (endpoint in allowed)
    assert status < 300 or status == 403


def permission(codename):
    from django.contrib.auth.models import Permission

    return Permission.objects.get(content_type__app_label="testapp", codename=codename)


def test_an_inactive_superuser_may_not_write(full):
    boss = get_user_model().objects.create_superuser("boss", is_active=False)
    assert ask(signed_in(boss), "create", full).status_code == 403


# READ_ACCESS


@pytest.mark.parametrize("endpoint", READS)
def test_public_events_are_read_by_anyone(full, read_access, endpoint):
    read_access("public")
    assert ask(Client(), endpoint, full).status_code == 200


@pytest.mark.parametrize("endpoint", WRITES)
def test_public_events_are_written_by_nobody(full, read_access, endpoint):
    read_access("public")
    assert ask(Client(), endpoint, full).status_code == 401


def test_public_permalinks_may_be_cached_by_anyone_who_asks(full, read_access):
    read_access("public")
    assert ask(Client(), "open", full)["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("endpoint", READS[:4])
def test_reading_by_permission_wants_the_view_permission(user, full, read_access, endpoint):
    read_access("permission")
    assert ask(signed_in(user), endpoint, full).status_code == 403
    user.user_permissions.add(permission("view_event"))
    user = get_user_model().objects.get(pk=user.pk)
    assert ask(signed_in(user), endpoint, full).status_code == 200


def test_reading_by_permission_takes_as_many_queries_for_many(
    user, read_access, django_assert_num_queries
):
    read_access("permission")
    user.user_permissions.add(permission("view_event"))
    for count in (1, 20):
        while Event.objects.count() < count:
            Event.objects.create(**NEW, programme_file=upload())
        client = signed_in(get_user_model().objects.get(pk=user.pk))
        with django_assert_num_queries(3):  # The user's permissions, the groups', the events.
            assert len(client.get(EVENTS).json()["results"]) == count


# Object permissions


def test_rules_are_asked_about_the_event(user, full, settings):
    rules = pytest.importorskip("rules")
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "rules.permissions.ObjectPermissionBackend",
    ]
    other = Event.objects.create(**NEW)
    rules.add_perm(
        "testapp.change_event", rules.predicate(lambda u, e: e is not None and e.pk == full.pk)
    )
    try:
        assert ask(signed_in(user), "patch", full).status_code == 200
        assert ask(signed_in(user), "store", full).status_code == 200
        assert ask(signed_in(user), "destroy", full).status_code == 403
        assert ask(signed_in(user), "patch", other).status_code == 403
    finally:
        rules.remove_perm("testapp.change_event")


class OwnBackend:
    """A host's own backend: whoever is named as the event may change it."""

    def authenticate(self, request, **credentials):
        return None

    def has_perm(self, user, perm, obj=None):
        return perm == "testapp.change_event" and getattr(obj, "name", None) == user.username


def test_a_backend_of_the_host_s_own_is_asked_about_the_event(user, full, settings):
    settings.AUTHENTICATION_BACKENDS = ["tests.test_permissions.OwnBackend"]
    assert ask(signed_in(user), "patch", full).status_code == 403
    Event.objects.update(name="user")
    assert ask(signed_in(user), "patch", full).status_code == 200


# Rows that a user may not see


@pytest.fixture
def meetings(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    return [
        Meeting.objects.create(title="M", hidden=hidden, programme_file=upload())
        for hidden in (False, True)
    ]


@pytest.mark.parametrize("endpoint", [*READS[1:4], *WRITES[1:]])
def test_a_hidden_event_is_not_found_at_any_endpoint(api, meetings, endpoint, storage):
    before = storage.names()
    assert ask(api, endpoint, meetings[1]).status_code == 404
    assert ask(api, endpoint, meetings[0]).status_code != 404
    assert Meeting.objects.filter(hidden=True).exists()
    assert before & storage.names()


@pytest.mark.parametrize("endpoint", WRITES[1:])
def test_a_hidden_event_is_not_found_even_by_who_may_not_write(reader, meetings, endpoint):
    assert ask(reader, endpoint, meetings[1]).status_code == 404
    assert ask(reader, endpoint, meetings[0]).status_code == 403


def test_a_hidden_event_is_not_listed(api, meetings):
    assert [row["id"] for row in api.get(EVENTS).json()["results"]] == [meetings[0].pk]


@pytest.mark.parametrize("hidden", [False, True])
def test_an_expired_link_asks_who_may_see_the_event(meetings, participant, hidden, monkeypatch):
    link = meetings[hidden].programme_file.url
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * 24 * 3600)
    client = Client()
    client.force_login(participant)
    assert client.get(link).status_code == (410 if hidden else 200)
    assert Client().get(link).status_code == 410


def test_a_hidden_event_is_shown_to_who_may_see_it(meetings, manager):
    manager.is_staff = True
    assert len(signed_in(manager).get(EVENTS).json()["results"]) == 2


# Without a view


def test_without_a_view_the_default_is_asked():
    assert type(documents_permission(None)) is EventDocumentsPermission


@pytest.mark.parametrize("anonymous", [True, False])
def test_the_questions_are_answered_without_a_view(event, user, anonymous):
    request = Request(APIRequestFactory().get("/"))
    request.user = AnonymousUser() if anonymous else user
    permission = EventDocumentsPermission()
    assert permission.can_read(request, event, None) is not anonymous
    assert permission.can_create(request) is permission.can_change(request, event) is False
