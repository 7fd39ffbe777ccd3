"""A host's own viewset: it mixes ours in, and keeps what is its own."""

from functools import partial

import pytest
import rest_framework
from django.db import connection
from django.test import Client
from rest_framework import (
    filters,
    pagination,
    parsers,
    permissions,
    renderers,
    serializers,
    throttling,
    viewsets,
)
from rest_framework.test import APIClient
from rest_framework.views import APIView

from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin
from tests import host_api
from tests.conftest import upload
from tests.host_api import MeetingSerializer, MeetingViewSet, own
from tests.testapp.models import Meeting, Permit

PDF = "application/pdf"

pytestmark = pytest.mark.django_db


@pytest.fixture
def mount(settings):
    """Return a function that mounts viewsets, or patterns, as the host's whole URLconf."""
    return partial(host_api.mount, settings)


@pytest.fixture
def meeting(db):
    return Meeting.objects.create(title="Budget", guide_file=upload("Plan.pdf"))


@pytest.fixture
def detail(mount, meeting):
    mount(MeetingViewSet)
    return f"/meetings/{meeting.pk}/"


# What stays the host's


def test_its_fields_stay_beside_ours(reader, detail, meeting):
    data = reader.get(detail).json()
    assert (data["title"], data["shouted"]) == ("Budget", "BUDGET")
    assert data["documents"]["badge_file"] is None
    assert Client().get(data["guide_file"]).status_code == 200


def test_its_detail_actions_answer(reader, detail):
    assert reader.get(f"{detail}statistics/").json() == {"title": "Budget"}


def test_its_list_actions_show_documents(reader, detail):
    (row,) = reader.get("/meetings/upcoming/").json()
    assert row["guide_file"] == row["documents"]["guide_file"]["url"]


@pytest.mark.parametrize("tail", ["statistics/", "upcoming/"])
def test_its_reading_actions_ask_who_may_read(detail, tail):
    address = f"{detail}{tail}" if tail == "statistics/" else f"/meetings/{tail}"
    assert Client().get(address).status_code == 401


@pytest.mark.parametrize("tail", ["publish/", "bulk/"])
def test_its_writing_actions_ask_who_may_write(api, reader, detail, tail):
    address = f"{detail}{tail}" if tail == "publish/" else f"/meetings/{tail}"
    assert reader.post(address).status_code == 403
    assert Meeting.objects.get().published
    assert api.post(address).status_code == 200


def test_its_list_keeps_its_order_and_its_lack_of_pages(reader, detail):
    Meeting.objects.create(title="Zoning")
    assert [row["title"] for row in reader.get("/meetings/").json()] == ["Zoning", "Budget"]


def test_its_pagination_is_respected(reader, mount, meeting):
    class Pages(pagination.LimitOffsetPagination):
        default_limit = 1

    mount(own(pagination_class=Pages))
    page = reader.get("/meetings/").json()
    assert (page["count"], len(page["results"])) == (1, 1)


def test_its_filters_apply_to_lists_and_lookups(reader, mount, meeting):
    class Mine(filters.BaseFilterBackend):
        def filter_queryset(self, request, queryset, view):
            return queryset.filter(title=request.query_params.get("title", "Budget"))

    mount(own(filter_backends=[Mine]))
    assert len(reader.get("/meetings/").json()) == 1
    assert reader.get("/meetings/?title=other").json() == []
    assert reader.get(f"/meetings/{meeting.pk}/guide_file/?title=other").status_code == 404


def test_its_rows_are_scoped_though_its_queryset_says_nothing(api, detail, meeting):
    Meeting.objects.update(hidden=True)
    assert api.get("/meetings/").json() == api.get("/meetings/upcoming/").json() == []
    for tail in ("", "statistics/", "guide_file/"):
        assert api.get(detail + tail).status_code == 404
    for tail in ("", "guide_file/"):
        assert api.delete(detail + tail).status_code == 404
    assert Meeting.objects.get().guide_file


def test_its_throttles_are_respected(reader, mount, meeting):
    class Never(throttling.BaseThrottle):
        def allow_request(self, request, view):
            return False

    mount(own(throttle_classes=[Never]))
    for tail in ("", f"{meeting.pk}/", f"{meeting.pk}/guide_file/"):
        assert reader.get(f"/meetings/{tail}").status_code == 429


def test_its_own_permission_may_be_composed_with_ours(reader, mount, meeting):
    class Closed(permissions.BasePermission):
        def has_permission(self, request, view):
            return "open" in request.query_params

    mount(own(permission_classes=[Closed & EventDocumentsPermission]))
    assert reader.get(f"/meetings/{meeting.pk}/guide_file/").status_code == 403
    assert reader.get(f"/meetings/{meeting.pk}/guide_file/?open").status_code == 200
    assert reader.delete(f"/meetings/{meeting.pk}/guide_file/?open").status_code == 403


def test_the_permission_is_ours_whatever_the_host_s_default(mount, meeting, monkeypatch):
    monkeypatch.setattr(APIView, "permission_classes", [permissions.AllowAny])
    mount(MeetingViewSet)
    assert Client().get("/meetings/").status_code == 401


def test_its_authentication_is_used(mount, meeting, manager):
    mount(MeetingViewSet)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Basic bWFuYWdlcjp4")  # manager:x
    address = f"/meetings/{meeting.pk}/badge_file/"
    assert client.put(address, make_pdf(), content_type=PDF).status_code == 201


def test_perform_document_update_is_its_hook(api, mount, meeting):
    seen = []

    def perform_document_update(self, event):
        seen.append(event.pk)
        event.save()

    mount(own(perform_document_update=perform_document_update))
    address = f"/meetings/{meeting.pk}/badge_file/"
    api.put(address, make_pdf(), content_type=PDF)
    api.delete(address)
    assert seen == [meeting.pk] * 2


def test_a_raw_put_touches_what_django_sets_at_each_save(api, detail, meeting):
    api.put(f"{detail}badge_file/", make_pdf(), content_type=PDF)
    assert Meeting.objects.get().updated_at > meeting.updated_at


# Its parsers, renderers and serializers


def test_documents_can_be_sent_where_only_json_is_parsed(api, mount, meeting):
    mount(own(parser_classes=[parsers.JSONParser]))
    address = f"/meetings/{meeting.pk}/"
    sent = {"badge_file": upload()}
    assert api.patch(address, sent, format="multipart").json()["badge_file"]
    assert api.patch(address, {"title": "N"}, format="json").json()["title"] == "N"
    assert api.put(f"{address}badge_file/", make_pdf(), content_type=PDF).status_code == 200


def test_its_own_json_parser_is_kept(api, mount, meeting):
    class Shouting(parsers.JSONParser):
        def parse(self, *args, **kwargs):
            return {key.lower(): value for key, value in super().parse(*args, **kwargs).items()}

    mount(own(parser_classes=[Shouting]))
    assert api.patch(f"/meetings/{meeting.pk}/", {"TITLE": "N"}).json()["title"] == "N"


@pytest.mark.parametrize("accept", ["text/html", "application/pdf", "text/html;q=0.9, */*;q=0.1"])
def test_permalinks_open_in_a_browser_where_only_json_is_rendered(reader, mount, meeting, accept):
    mount(own(renderer_classes=[renderers.JSONRenderer]))
    headers = {"accept": accept}
    address = f"/meetings/{meeting.pk}/"
    assert reader.get(f"{address}guide_file/", headers=headers)["Content-Type"] == PDF
    missing = reader.get(f"{address}badge_file/", headers=headers)
    assert (missing.status_code, missing["Content-Type"]) == (404, "application/json")


def test_no_default_renderer_is_needed_for_a_document(reader, mount, meeting, monkeypatch):
    monkeypatch.setattr(APIView, "renderer_classes", [renderers.StaticHTMLRenderer])
    mount(MeetingViewSet)
    assert reader.get(f"/meetings/{meeting.pk}/guide_file/").status_code == 200


def test_a_serializer_may_depend_on_the_action(reader, mount, meeting):
    def get_serializer_class(self):
        return MeetingSerializer

    mount(
        own(
            serializer_class=None,
            queryset=Meeting.objects.all(),
            get_serializer_class=get_serializer_class,
        )
    )
    assert reader.get(f"/meetings/{meeting.pk}/badge_file/").status_code == 404
    assert reader.get(f"/meetings/{meeting.pk}/guide_file/").status_code == 200


# A required document


class PermitSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    class Meta:
        model = Permit
        fields = ("id", "permit_file")


class PermitViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    queryset = Permit.objects.order_by("pk")
    serializer_class = PermitSerializer


@pytest.fixture
def permit(mount):
    permit = Permit.objects.create(permit_file=upload())
    mount(PermitViewSet)
    return permit


def test_a_required_document_is_not_cleared_by_delete(api, permit, storage):
    before = storage.names()
    response = api.delete(f"/meetings/{permit.pk}/permit_file/")
    assert (response.status_code, response.json()["codes"]) == (400, {"permit_file": ["null"]})
    assert storage.names() == before == {Permit.objects.get().permit_file.name}


def test_a_required_document_is_replaced_by_put(api, permit):
    address = f"/meetings/{permit.pk}/permit_file/"
    assert api.put(address, make_pdf(), content_type=PDF).status_code == 200


@pytest.mark.parametrize(("value", "code"), [(None, "null"), ("garbage", "not_a_file")])
def test_a_required_document_is_refused_with_its_code(api, permit, value, code):
    response = api.patch(f"/meetings/{permit.pk}/", {"permit_file": value}, format="json")
    assert (response.status_code, response.json()["codes"]) == (400, {"permit_file": [code]})


def test_a_required_document_is_missed_on_post(api, permit):
    response = api.post("/meetings/", {}, format="multipart")
    assert (response.status_code, response.json()["codes"]) == (400, {"permit_file": ["required"]})


# Settings of the host's project


def test_atomic_requests_change_nothing(api, mount, meeting, monkeypatch, storage):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    mount(MeetingViewSet)
    address = f"/meetings/{meeting.pk}/"
    before = storage.names()
    assert api.patch(address, {"badge_file": upload("x")}, format="multipart").status_code == 400
    assert api.get("/meetings/x/").status_code == 404
    assert storage.names() == before
    assert api.put(f"{address}badge_file/", make_pdf(), content_type=PDF).status_code == 201
    assert b"".join(api.get(f"{address}badge_file/").streaming_content) == make_pdf()


@pytest.fixture
def login_required(settings):
    required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]


def test_links_open_where_every_view_wants_a_login(mount, meeting, login_required):
    mount(MeetingViewSet)
    assert Client().get(meeting.guide_file.url).status_code == 200


@pytest.mark.skipif(
    rest_framework.VERSION < "3.16", reason="DRF 3.15 does not know LoginRequiredMiddleware"
)
def test_the_api_answers_401_where_every_view_wants_a_login(mount, meeting, login_required):
    mount(MeetingViewSet)
    response = Client().get(f"/meetings/{meeting.pk}/guide_file/")
    assert (response.status_code, response["Content-Type"]) == (401, "application/json")
