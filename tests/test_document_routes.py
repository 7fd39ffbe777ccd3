"""The routes of documents, under every router and beside a host's own actions."""

import pytest
from django.core.management import call_command
from django.urls import Resolver404, resolve
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter, SimpleRouter

from django_event_pdfs.document_routes import document_routes
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin
from tests.conftest import upload
from tests.host_urls import LINKS, routed, urlconf
from tests.testapp.models import Event, Meeting, Workshop

EVENTS = "/api/events/"
PDF = "application/pdf"

pytestmark = [
    pytest.mark.django_db,
    # DRF 3.15 registers it again for each DefaultRouter.
    pytest.mark.filterwarnings("ignore:Converter 'drf_format_suffix' is already registered"),
]


class MeetingSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    class Meta:
        model = Meeting
        fields = ("id", "title", "guide_file", "documents")


class MeetingViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    queryset = Meeting.objects.order_by("pk")
    serializer_class = MeetingSerializer


class ConvertedViewSet(MeetingViewSet):
    lookup_value_converter = "int"


ROUTERS = {
    "simple": (SimpleRouter, MeetingViewSet, {}),
    "default": (DefaultRouter, MeetingViewSet, {}),
    "no-slash": (SimpleRouter, MeetingViewSet, {"trailing_slash": False}),
    "default-no-slash": (DefaultRouter, MeetingViewSet, {"trailing_slash": False}),
    "paths": (SimpleRouter, MeetingViewSet, {"use_regex_path": False}),
    "default-paths": (DefaultRouter, MeetingViewSet, {"use_regex_path": False}),
    "converter": (SimpleRouter, ConvertedViewSet, {"use_regex_path": False}),
    "converter-default": (DefaultRouter, ConvertedViewSet, {"use_regex_path": False}),
    "converter-unused": (SimpleRouter, ConvertedViewSet, {}),
    "converter-no-slash": (
        SimpleRouter,
        ConvertedViewSet,
        {"use_regex_path": False, "trailing_slash": False},
    ),
}


@pytest.fixture
def meeting(db):
    return Meeting.objects.create(title="M", guide_file=upload())


@pytest.fixture(params=ROUTERS)
def detail(request, settings, meeting):
    """Mount a viewset by one of the routers; return the address of a meeting, with a slash."""
    router, viewset, options = ROUTERS[request.param]
    settings.ROOT_URLCONF = urlconf(*routed(viewset, router=router(**options)), LINKS)
    return f"/meetings/{meeting.pk}/"


def slash(request):
    return "" if "no-slash" in request.node.callspec.params["detail"] else "/"


@pytest.mark.parametrize("field", ["programme_file", "guide_file", "badge_file"])
def test_every_document_has_a_permalink_under_every_router(request, api, detail, field):
    address = f"{detail}{field}{slash(request)}"
    assert api.put(address, make_pdf(), content_type=PDF).status_code in (200, 201)
    assert api.get(address)["Content-Type"] == PDF
    assert api.delete(address).status_code == 204


def test_the_permalink_in_json_opens_under_every_router(request, api, detail):
    entry = api.get(detail.rstrip("/") + slash(request)).json()["documents"]["guide_file"]
    assert api.get(entry["permalink"])["Content-Type"] == PDF


@pytest.mark.parametrize("name", ["Mon%20guide.pdf", "guide.json.pdf", "a.b-c_(d)%24.PDF"])
def test_curl_may_append_the_name_under_every_router(api, detail, name):
    response = api.put(f"{detail}badge_file/{name}", make_pdf(), content_type=PDF)
    assert response.status_code == 201


@pytest.mark.parametrize("method", ["get", "delete", "post", "patch"])
def test_a_name_is_for_put_alone(api, detail, method):
    assert getattr(api, method)(f"{detail}guide_file/a.pdf").status_code == 405


@pytest.mark.parametrize(
    "tail",
    ["title/", "guide/", "guide_file_facts/", "guide_filex/", "xguide_file/", "guide_file/a/b"],
)
def test_nothing_but_the_name_of_a_document_is_matched(detail, tail):
    with pytest.raises(Resolver404):
        resolve(detail + tail)


def test_no_router_makes_django_warn(detail):
    call_command("check", "--tag", "urls", fail_level="WARNING")


def test_the_api_root_lists_the_viewset_and_not_its_documents(api, settings):
    settings.ROOT_URLCONF = urlconf(*routed(MeetingViewSet, router=DefaultRouter()), LINKS)
    assert api.get("/").json() == {"meetings": "http://testserver/meetings/"}


def test_a_format_suffix_still_works(api, settings, meeting):
    settings.ROOT_URLCONF = urlconf(*routed(MeetingViewSet, router=DefaultRouter()), LINKS)
    assert api.get(f"/meetings/{meeting.pk}.json").json()["title"] == "M"
    assert api.get("/meetings.json").status_code == 200
    assert api.get(f"/meetings/{meeting.pk}/guide_file.json")["Content-Type"] == PDF


def test_documents_of_each_table_of_a_child_have_routes():
    names = [r.kwargs["document_field"] for r in document_routes(Workshop, writable=True)]
    assert set(names) == {"programme_file", "guide_file", "badge_file", "exercise_file"}


def test_routes_come_after_the_host_s_own_actions():
    class Own(MeetingViewSet):
        @action(detail=True)
        def statistics(self, request, pk=None):
            return Response()

    names = [extra.__name__ for extra in Own.get_extra_actions()]
    assert names[0] == "statistics"
    assert len(names) > 3


# A host's own action that bears the name of a document, or of ours


class Rival(MeetingViewSet):
    @action(detail=True, url_path="guide_file")
    def open_the_guide(self, request, pk=None):
        return Response("the host's own")

    @action(detail=True)
    def badge_file(self, request, pk=None):
        return Response("the host's badge")

    @action(detail=True)
    def document(self, request, pk=None):
        return Response("the host's document")

    @action(detail=True)
    def documents(self, request, pk=None):
        return Response("the host's documents")


@pytest.fixture
def rival(settings, meeting):
    settings.ROOT_URLCONF = urlconf(*routed(Rival), LINKS)
    return f"/meetings/{meeting.pk}/"


@pytest.mark.parametrize(
    ("tail", "answer"),
    [
        ("guide_file/", "the host's own"),
        ("badge_file/", "the host's badge"),
        ("document/", "the host's document"),
        ("documents/", "the host's documents"),
    ],
)
def test_a_host_s_own_action_wins(reader, rival, tail, answer):
    assert reader.get(rival + tail).json() == answer


def test_the_other_documents_keep_their_permalinks(api, rival):
    address = f"{rival}programme_file/"
    assert api.put(address, make_pdf(), content_type=PDF).status_code == 201
    assert api.get(address)["Content-Type"] == PDF


# The bundled API


@pytest.mark.parametrize("tail", ["unknown/", "name/", "programme_file_facts/", "statistics/"])
@pytest.mark.parametrize("method", ["get", "put", "delete", "post", "patch", "head"])
def test_an_unknown_document_of_the_bundled_api_is_not_found_in_json(api, event, tail, method):
    response = getattr(api, method)(f"{EVENTS}{event.pk}/{tail}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    if method != "head":
        assert response.json()["codes"] == {"detail": ["no_document"]}


@pytest.mark.parametrize("tail", ["0.5/", "0.5/guide_file/"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_an_id_with_a_dot_is_not_found_in_json(api, tail, method):
    response = getattr(api, method)(f"{EVENTS}{tail}")
    assert (response.status_code, response.json()["codes"]) == (404, {"detail": ["not_found"]})


def test_an_unknown_document_tells_nothing_of_an_unknown_event(api, event):
    response = api.get(f"{EVENTS}00000000-0000-0000-0000-000000000000/unknown/")
    assert response.json()["codes"] == {"detail": ["not_found"]}


def test_an_unknown_document_is_no_way_past_the_permission(event, client):
    assert client.get(f"{EVENTS}{event.pk}/unknown/").status_code == 401


def test_the_bundled_routes_follow_the_model(settings):
    assert Event._meta.pk.name == "id"
    match = resolve(f"{EVENTS}x/guide_file/")
    assert match.func.initkwargs["document_field"] == "guide_file"
