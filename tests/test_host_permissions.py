"""A host's own rules: one question overridden, composed, prepared; and views that ask nothing."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import path
from rest_framework import generics, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin, EventViewSet
from tests.conftest import upload
from tests.endpoints import EVENTS, ask, signed_in
from tests.host_urls import LINKS, routed, urlconf
from tests.testapp.models import Meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def meetings(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    return [
        Meeting.objects.create(title="M", hidden=hidden, programme_file=upload())
        for hidden in (False, True)
    ]


class Owners(EventDocumentsPermission):
    """Roles in a table of the host's own: here, the owner of a meeting."""

    def can_change(self, request, event):
        return event.owner_id == request.user.pk


@pytest.mark.parametrize("endpoint", ["put", "patch", "destroy", "store", "clear"])
def test_a_host_overrides_one_question(user, meetings, monkeypatch, endpoint):
    monkeypatch.setattr(EventViewSet, "permission_classes", [Owners])
    assert ask(signed_in(user), endpoint, meetings[0]).status_code == 403
    Meeting.objects.update(owner=user)
    assert ask(signed_in(user), endpoint, meetings[0]).status_code < 300


def test_the_other_questions_keep_their_answers(user, meetings, monkeypatch):
    monkeypatch.setattr(EventViewSet, "permission_classes", [Owners])
    Meeting.objects.update(owner=user)
    assert ask(signed_in(user), "create", meetings[0]).status_code == 403
    assert ask(signed_in(user), "list", meetings[0]).status_code == 200


class Weekdays(BasePermission):
    """Another rule of the host's, beside ours."""

    open = True

    def has_permission(self, request, view):
        return self.open


class Hidden(EventDocumentsPermission):
    def can_read(self, request, event, field):
        return field is None


@pytest.mark.parametrize(
    "classes",
    [
        [Hidden],
        [Weekdays, Hidden],
        [Weekdays & Hidden],
        [Hidden & Weekdays],
        [(Weekdays & Hidden) & Weekdays],
    ],
)
def test_our_permission_is_found_wherever_the_host_put_it(reader, full, monkeypatch, classes):
    monkeypatch.setattr(EventViewSet, "permission_classes", classes)
    response = ask(reader, "detail", full)
    assert (response.status_code, response.json()["programme_file"]) == (200, None)
    assert ask(reader, "open", full).status_code == 403


def test_the_other_half_of_a_composition_counts(reader, full, monkeypatch):
    monkeypatch.setattr(EventViewSet, "permission_classes", [Weekdays & EventDocumentsPermission])
    assert ask(reader, "detail", full).status_code == 200
    monkeypatch.setattr(Weekdays, "open", False)
    assert ask(reader, "detail", full).status_code == 403


def test_without_ours_the_default_says_what_may_be_read(participant, full, monkeypatch):
    monkeypatch.setattr(EventViewSet, "permission_classes", [])
    assert ask(Client(), "detail", full).json()["programme_file"] is None
    assert ask(signed_in(participant), "detail", full).json()["programme_file"]


# Nothing is open by accident


def careless(request, **kwargs):
    """A view of the host's own that never looks its event up."""
    Meeting.objects.update(title="changed")
    return Response({"title": "secret"})


class CarelessViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    queryset = Meeting.objects.all()
    serializer_class = EventViewSet.serializer_class

    @action(detail=True, methods=["get", "post", "delete"])
    def careless(self, request, pk=None):
        return careless(request)

    def list(self, request, **kwargs):
        return careless(request)

    def create(self, request, **kwargs):
        return careless(request)


@pytest.fixture
def careless_urls(settings, meetings):
    views = CarelessViewSet.as_view({"get": "list", "post": "create"})
    by_hand = path("venues/<int:pk>/meetings/", views)  # Named like the key of a meeting.
    settings.ROOT_URLCONF = urlconf(*routed(CarelessViewSet), by_hand, LINKS)
    own = f"/meetings/{meetings[0].pk}/careless/"
    return {"action": own, "nested": "/venues/999/meetings/", "meeting": meetings[0]}


@pytest.mark.parametrize(
    ("route", "method"), [("action", "post"), ("action", "delete"), ("nested", "post")]
)
def test_what_looks_no_event_up_asks_who_may_write(careless_urls, reader, api, route, method):
    address = careless_urls[route]
    assert getattr(Client(), method)(address).status_code == 401
    assert getattr(reader, method)(address).status_code == 403
    assert not Meeting.objects.filter(title="changed").exists()
    assert getattr(api, method)(address).status_code == 200


@pytest.mark.parametrize("route", ["action", "nested"])
def test_what_looks_no_event_up_asks_who_may_read(careless_urls, reader, route):
    assert Client().get(careless_urls[route]).status_code == 401
    assert reader.get(careless_urls[route]).status_code == 200


def test_what_looks_no_event_up_shows_no_hidden_one(careless_urls, api):
    Meeting.objects.update(hidden=True)
    for accept in ("application/json", "text/html"):
        response = api.get(careless_urls["action"], headers={"accept": accept})
        assert response.status_code == 404
        assert b"not_found" in response.content


class PlainView(APIView):
    permission_classes = [EventDocumentsPermission]
    get = post = lambda self, request, **kwargs: Response()


class OneMeeting(generics.RetrieveDestroyAPIView):
    permission_classes = [EventDocumentsPermission]
    queryset = Meeting.objects.all()
    serializer_class = EventViewSet.serializer_class


@pytest.mark.parametrize("kwargs", [{}, {"pk": 1}])
def test_a_plain_view_is_asked_about_too(user, manager, kwargs, settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    for client, method, status in ((None, "get", 401), (user, "post", 403), (manager, "post", 200)):
        request = getattr(APIRequestFactory(), method)("/")
        request.user = request._force_auth_user = client
        assert PlainView.as_view()(request, **kwargs).status_code == status


def test_delete_of_an_event_wants_the_right_to_delete_in_any_view(user, meetings):
    user.user_permissions.add(Permission.objects.get(codename="change_meeting"))
    request = APIRequestFactory().delete("/")
    request._force_auth_user = request.user = user
    assert OneMeeting.as_view()(request, pk=meetings[0].pk).status_code == 403


class Prepared(EventDocumentsPermission):
    """Answers for a whole page from what it prepared."""

    readable = frozenset()

    def prepare(self, request, events):
        self.readable = {event.pk for event in events if event.title == "yes"}

    def can_read(self, request, event, field):
        return field is None or event.pk in self.readable


@pytest.mark.parametrize("classes", [[Prepared], [Weekdays & Prepared]])
def test_what_was_prepared_for_a_page_is_there_for_each_row(reader, meetings, monkeypatch, classes):
    monkeypatch.setattr(EventViewSet, "permission_classes", classes)
    Meeting.objects.update(hidden=False)
    Meeting.objects.filter(pk=meetings[1].pk).update(title="yes")
    rows = reader.get(EVENTS).json()["results"]
    assert [bool(row["programme_file"]) for row in rows] == [False, True]


def test_preparing_a_page_takes_no_query_more(
    reader, meetings, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(EventViewSet, "permission_classes", [Prepared])
    with django_assert_num_queries(1):
        reader.get(EVENTS)
