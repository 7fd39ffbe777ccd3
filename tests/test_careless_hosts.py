"""Code that hosts write, and that must not open anything by accident."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.test.utils import isolate_apps
from django.urls import include, path
from rest_framework import permissions, viewsets
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.test import APIRequestFactory, force_authenticate

from django_event_pdfs import holders, views
from django_event_pdfs.links import get_links
from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin
from tests.testapp.models import Event, Meeting, ProxyEvent

factory = APIRequestFactory()


class HostSerializer(EventDocumentsSerializerMixin):
    class Meta:
        model = Event
        fields = "__all__"


class HostViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    queryset = Event.objects.all()
    serializer_class = HostSerializer


class OwnLookup(HostViewSet):
    """Looks events up without asking anyone."""

    def get_object(self) -> Event:
        return get_object_or_404(Event, pk=self.kwargs["pk"])

    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: Any = None) -> Response:
        return Response({"cancelled": True})


class OwnHandlers(HostViewSet):
    """Answers without looking events up at all."""

    def retrieve(self, request: Any, pk: Any = None) -> Response:
        return Response({"name": Event.objects.get(pk=pk).name})

    def destroy(self, request: Any, pk: Any = None) -> Response:
        Event.objects.filter(pk=pk).delete()
        return Response(status=204)


def call(view: type[Any], method: str, name: str, user: Any = None, **kwargs: Any) -> Any:
    request = getattr(factory, method)("/", {}, format="json")
    if user:
        force_authenticate(request, user)
    document = {"document_field": kwargs.pop("document_field")} if "_document" in name else {}
    return view.as_view({method: name}, **document)(request, **kwargs)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "retrieve"),
        ("post", "cancel"),
        ("get", "open_document"),
        ("put", "store_document"),
        ("delete", "clear_document"),
        ("put", "update"),
        ("patch", "partial_update"),
        ("delete", "destroy"),
    ],
)
@pytest.mark.parametrize("access", ["authenticated", "permission"])
def test_a_lookup_that_asks_nobody_opens_nothing(full, settings, access, method, name):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": access}
    kwargs = {"document_field": "programme_file"} if "_document" in name else {}
    assert call(OwnLookup, method, name, pk=full.pk, **kwargs).status_code == 401
    assert Event.objects.filter(programme_file=full.programme_file.name).exists()


def test_a_lookup_that_asks_nobody_lets_a_participant_read_only(full, participant):
    assert call(OwnLookup, "get", "retrieve", participant, pk=full.pk).status_code == 200
    assert call(OwnLookup, "delete", "destroy", participant, pk=full.pk).status_code == 403
    assert call(OwnLookup, "post", "cancel", participant, pk=full.pk).status_code == 403


@pytest.mark.parametrize(("method", "name"), [("get", "retrieve"), ("delete", "destroy")])
def test_a_handler_without_a_lookup_opens_nothing(event, method, name):
    assert call(OwnHandlers, method, name, pk=event.pk).status_code == 401
    assert Event.objects.exists()


def test_a_handler_may_look_up_another_event(event, manager):
    other = Event.objects.create(name="Other", start_date=event.start_date)

    class Swapping(HostViewSet):
        @action(detail=True)
        def swap(self, request: Any, pk: Any = None) -> Response:
            first = self.get_object()
            self.kwargs["pk"] = other.pk
            return Response([first.name, self.get_object().name])

    assert call(Swapping, "get", "swap", manager, pk=event.pk).data == ["Tech Summit", "Other"]


def test_a_method_outside_the_routes_is_asked_about(db):
    class WithPost(HostViewSet):
        def post(self, request: Any) -> Response:
            return Response({"done": True})

    request = factory.post("/", {}, format="json")
    assert WithPost.as_view({"get": "list"})(request).status_code == 401


def test_ours_or_another_permission_ends(event, manager):
    class Either(HostViewSet):
        permission_classes = [EventDocumentsPermission | permissions.IsAdminUser]

        @action(detail=True)
        def statistics(self, request: Any, pk: Any = None) -> Response:
            return Response({"n": 1})

    assert call(Either, "get", "statistics", manager, pk=event.pk).status_code == 200
    assert call(Either, "get", "statistics", pk=event.pk).status_code == 401


class Nobody(EventDocumentsPermission):
    def can_read(self, request: Any, event: Any, field: str | None) -> bool:
        return False

    def can_change(self, request: Any, event: Any) -> bool:
        return False


@pytest.mark.parametrize(
    "classes",
    [
        [EventDocumentsPermission, Nobody],
        [Nobody, EventDocumentsPermission],
        [EventDocumentsPermission & Nobody],
        [Nobody & EventDocumentsPermission],
    ],
)
@pytest.mark.parametrize(("method", "name"), [("get", "retrieve"), ("delete", "destroy")])
def test_each_of_two_permissions_answers_for_itself(event, manager, classes, method, name):
    class Both(HostViewSet):
        permission_classes = classes

    assert call(Both, method, name, manager, pk=event.pk).status_code == 403


@pytest.mark.parametrize(
    "either", [EventDocumentsPermission | Nobody, Nobody | EventDocumentsPermission]
)
def test_either_of_two_permissions_is_enough(event, manager, either):
    class Either(HostViewSet):
        permission_classes = [either]

    assert call(Either, "get", "retrieve", manager, pk=event.pk).status_code == 200


def test_a_read_only_viewset_has_no_writing_routes(db):
    class ReadOnly(EventDocumentsViewSetMixin, viewsets.ReadOnlyModelViewSet):
        queryset = Event.objects.all()
        serializer_class = HostSerializer

    routes = [(method, a.url_path) for a in ReadOnly.get_extra_actions() for method in a.mapping]
    assert routes == [("get", "programme_file"), ("get", "guide_file")]


def test_the_permission_is_that_of_the_rows(django_user_model, db):
    class MeetingSerializer(EventDocumentsSerializerMixin):
        class Meta:
            model = Meeting
            fields = ["id", "title"]

    class Meetings(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
        def get_queryset(self) -> Any:
            return Meeting.objects.all()

        def get_serializer_class(self) -> Any:
            return MeetingSerializer

    user = django_user_model.objects.create_user("events only")
    user.user_permissions.set(Permission.objects.filter(codename="add_event"))
    assert call(Meetings, "post", "create", user).status_code == 403


def test_a_nested_list_is_a_list(participant, event):
    class Nested(ListAPIView):
        queryset = Event.objects.all()
        serializer_class = HostSerializer
        permission_classes = [EventDocumentsPermission]

    request = factory.get("/")
    force_authenticate(request, participant)
    assert Nested.as_view()(request, pk=12).status_code == 200


def test_a_user_may_be_none(settings, db):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "UNAUTHENTICATED_USER": None}
    assert call(HostViewSet, "post", "create").status_code == 401
    assert call(HostViewSet, "get", "retrieve", pk=uuid.uuid4()).status_code == 401


@pytest.mark.parametrize("address", ["", "programme_file/", "nothing/"])
def test_a_stranger_does_not_learn_which_events_exist(client, event, address):
    for pk in (event.pk, uuid.uuid4()):
        assert client.get(f"/api/events/{pk}/{address}").status_code == 401
        assert client.put(f"/api/events/{pk}/{address}").status_code == 401


def test_a_page_is_asked_about_once_per_document(full, manager):
    asked: list[Any] = []

    class Counting(EventDocumentsPermission):
        def can_read(self, request: Any, event: Any, field: str | None) -> bool:
            asked.append((event, field))
            return True

    class Counted(HostViewSet):
        permission_classes = [Counting]

    call(Counted, "get", "list", manager).render()
    assert set(Counter(asked).values()) == {1}


# Links


def expired(event: Event, monkeypatch: pytest.MonkeyPatch) -> str:
    long_ago = (datetime.now(UTC) - timedelta(days=30)).timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("django_event_pdfs.links.signed.time.time", lambda: long_ago)
        return event.programme_file.url


class ProxyViewSet(HostViewSet):
    queryset = ProxyEvent.objects.all()


router = SimpleRouter()
router.register("proxies", ProxyViewSet, basename="proxy")
urlpatterns = [
    path("api/", include(router.urls)),
    path("media/", include("django_event_pdfs.file_urls")),
]


def test_an_expired_link_finds_the_viewset_of_a_proxy(full, api, settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    assert api.get(expired(full, monkeypatch)).status_code == 200


def test_an_expired_link_says_that_its_file_is_missing(full, api, storage, monkeypatch):
    url = expired(full, monkeypatch)
    storage.delete(full.programme_file.name)
    response = api.get(url)
    assert (response.status_code, response.json()["codes"]) == (404, {"detail": ["file_missing"]})


def test_a_collation_that_folds_case_names_no_other_file(event, client, monkeypatch):
    Event.objects.update(programme_file="events/programmes/Plan.pdf")
    folding = lambda **kw: models.Q(**{f"{key}__iexact": value for key, value in kw.items()})  # noqa: E731
    monkeypatch.setattr(views, "Q", folding)
    response = client.get(get_links().make("events/programmes/plan.pdf").url)
    assert response.json()["codes"] == {"detail": ["document_removed"]}


def test_a_refused_link_is_a_page_without_django_templates(client, settings):
    settings.TEMPLATES = []
    response = client.get("/media/events/programmes/x.pdf", headers={"accept": "text/html"})
    assert (response.status_code, response["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_an_error_shows_no_path_of_the_server(event, api, settings, tmp_path):
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {"default": {**files, "OPTIONS": {"location": str(tmp_path)}}}
    Event.objects.update(programme_file="../../secret.pdf")
    response = api.get(f"/api/events/{event.pk}/programme_file/")
    assert response.status_code == 400
    assert str(tmp_path) not in response.content.decode()


# Storing and removing


def test_a_file_without_a_name_is_named_after_its_field(event):
    event.programme_file.save("", ContentFile(make_pdf()))
    event.refresh_from_db()
    assert event.programme_file.facts.filename == "programme.pdf"


@isolate_apps("tests.testapp")
def test_a_database_without_the_table_holds_no_file(db):
    class Elsewhere(models.Model):
        file = models.FileField()

        class Meta:
            app_label = "testapp"
            managed = False  # Another project may make it, or not.

    assert list(holders.fetched(QuerySet(Elsewhere).values_list("file"))) == []
    assert Event.objects.count() == 0  # The transaction of the test still works.
