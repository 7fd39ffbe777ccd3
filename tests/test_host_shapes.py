"""What hosts build around events: logins, nesting, versions, camel case, filters, descriptions."""

import json
import re
import warnings

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import JsonResponse
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from rest_framework import serializers, versioning
from rest_framework.response import Response
from rest_framework.views import APIView

from django_event_pdfs.serializers import EventSerializer
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.endpoints import EVENTS, PDF
from tests.host_api import MeetingSerializer, MeetingViewSet, own
from tests.host_urls import LINKS, routed, urlconf
from tests.pages import ADOPT, blocks
from tests.testapp.models import Event, Meeting

pytestmark = pytest.mark.django_db

ORIGIN = "http://testserver"
API = path("api/", include("django_event_pdfs.urls"))


def opens(client, url):
    response = client.get(url)
    return response.status_code, response["Content-Type"]


OPENED = (200, "application/pdf")


# A login that answers with the user's event


class LoginView(APIView):
    authentication_classes = permission_classes = ()

    def post(self, request):
        event = Event.objects.get()
        shown = EventSerializer(event, context={"request": request, "view": self}).data
        return Response({"access": "token", "event": shown})


def plain_login(request):
    """As hosts wrote it before: by hand, with the URL of the file."""
    event = Event.objects.get()
    url = request.build_absolute_uri(event.programme_file.url)
    return JsonResponse({"access": "token", "event": {"programme_file": url}})


@pytest.fixture
def logins(settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "public"}
    settings.ROOT_URLCONF = urlconf(
        API, LINKS, path("login/", LoginView.as_view()), path("plain/", plain_login)
    )


@pytest.mark.parametrize("address", ["/login/", "/plain/"])
def test_a_login_may_carry_the_event_s_documents(
    client, full, logins, address, django_assert_num_queries
):
    with django_assert_num_queries(1):
        shown = client.post(address).json()["event"]
    assert shown["programme_file"].startswith(f"{ORIGIN}/media/events/programmes/")
    assert opens(client, shown["programme_file"]) == OPENED
    if "documents" in shown:
        entry = shown["documents"]["programme_file"]
        assert entry["permalink"] == f"{ORIGIN}{EVENTS}{full.pk}/programme_file/"


def test_a_login_shows_a_stranger_no_document_that_he_may_not_read(client, full, logins, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "authenticated"}
    shown = client.post("/login/").json()["event"]
    assert (shown["programme_file"], shown["documents"]["programme_file"]) == (None, None)


def test_a_login_as_in_the_guide_shows_what_its_user_may_read(client, participant, settings):
    views = pytest.importorskip("rest_framework_simplejwt.views", reason="needs the extra jwt")
    Meeting.objects.create(title="Hidden", hidden=True)
    Meeting.objects.create(title="Summit", guide_file=upload())
    [code] = [block for block in blocks(ADOPT, "python") if "class LoginSerializer" in block]
    scope = {"__name__": __name__, "Event": Meeting, "EventSerializer": MeetingSerializer}
    exec(re.sub(r"(?m)^from \..*$", "", code), scope)  # Its own modules are ours.
    view = views.TokenObtainPairView.as_view(serializer_class=scope["LoginSerializer"])
    settings.ROOT_URLCONF = urlconf(API, LINKS, path("login/", view))

    answer = client.post("/login/", {"username": participant.username, "password": "x"}).json()
    [shown] = answer["events"]
    assert answer["access"]
    assert opens(client, shown["guide_file"]) == OPENED
    assert shown["documents"]["guide_file"]["url"] == shown["guide_file"]


# Events inside of other serializers


class UserSerializer(serializers.Serializer):
    """A user with his meetings, and those in yet another serializer."""

    username = serializers.CharField()
    meetings = MeetingSerializer(source="meeting_set", many=True)


class UserView(APIView):
    def get(self, request):
        users = get_user_model().objects.filter(meeting__isnull=False).distinct()
        users = users.order_by("pk").prefetch_related("meeting_set")
        serializer = UserSerializer(users, many=True, context={"request": request})
        return Response({"users": serializer.data})


@pytest.fixture
def nested(settings):
    settings.ROOT_URLCONF = urlconf(
        path("api/", include(routed(MeetingViewSet, basename="meeting"))),
        LINKS,
        path("users/", UserView.as_view()),
    )


@pytest.mark.parametrize("count", [1, 5])
def test_nested_events_have_links_and_cost_no_query_each(
    api, manager, participant, nested, count, django_assert_num_queries
):
    for owner in (manager, participant):
        for _ in range(count):
            Meeting.objects.create(title="M", owner=owner, guide_file=upload())
    with django_assert_num_queries(2):
        users = api.get("/users/").json()["users"]
    meetings = [meeting for user in users for meeting in user["meetings"]]
    assert len(meetings) == 2 * count
    for meeting in meetings:
        assert opens(api, meeting["guide_file"]) == OPENED
        permalink = meeting["documents"]["guide_file"]["permalink"]
        assert permalink == f"{ORIGIN}/api/meetings/{meeting['id']}/guide_file/"
        assert opens(api, permalink) == OPENED


# Versions


def versioned(settings, scheme, *patterns):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_VERSIONING_CLASS": f"rest_framework.versioning.{scheme.__name__}",
        "DEFAULT_VERSION": "v1",
        "ALLOWED_VERSIONS": ["v1", "v2"],
    }
    # Views read the setting when their class is made.
    settings.ROOT_URLCONF = urlconf(*patterns, LINKS)


@pytest.fixture(params=["url", "namespace", "header", "query"])
def version(request, settings, monkeypatch):
    """Mount the API in two versions; return the prefix and the headers of the second."""
    scheme, patterns, prefix, headers = {
        "url": (
            versioning.URLPathVersioning,
            [path("api/<str:version>/", include("django_event_pdfs.urls"))],
            "/api/v2/events/",
            {},
        ),
        "namespace": (
            versioning.NamespaceVersioning,
            [
                path(f"api/{v}/", include(("django_event_pdfs.urls", "events"), namespace=v))
                for v in ("v1", "v2")
            ],
            "/api/v2/events/",
            {},
        ),
        "header": (
            versioning.AcceptHeaderVersioning,
            [API],
            EVENTS,
            {"accept": "application/json; version=v2"},
        ),
        "query": (versioning.QueryParameterVersioning, [API], EVENTS, {}),
    }[request.param]
    versioned(settings, scheme, *patterns)
    monkeypatch.setattr(EventViewSet, "versioning_class", scheme)
    return prefix, headers


def test_each_version_has_permalinks_of_its_own(api, full, version):
    prefix, headers = version
    shown = api.get(f"{prefix}{full.pk}/", headers=headers).json()
    entry = shown["documents"]["programme_file"]
    assert entry["permalink"] == f"{ORIGIN}{prefix}{full.pk}/programme_file/"
    assert opens(api, entry["permalink"]) == OPENED
    assert opens(api, shown["programme_file"]) == OPENED


def test_each_version_takes_what_it_gave(api, full, version):
    prefix, headers = version
    address = f"{prefix}{full.pk}/"
    shown = api.get(address, headers=headers).json()
    permalink = shown["documents"]["programme_file"]["permalink"]
    for sent in (shown["programme_file"], permalink):
        response = api.put(address, {**shown, "programme_file": sent}, headers=headers)
        assert (response.status_code, response.json()) == (200, shown)
    assert api.put(permalink, make_pdf(), content_type=PDF, headers=headers).status_code == 200
    assert api.get(prefix, headers=headers).json()["results"][0]["id"] == str(full.pk)


# Camel case


@pytest.fixture
def camel(settings):
    parser = pytest.importorskip("djangorestframework_camel_case.parser")
    render = pytest.importorskip("djangorestframework_camel_case.render")
    viewset = own(
        renderer_classes=[render.CamelCaseJSONRenderer],
        parser_classes=[parser.CamelCaseJSONParser, parser.CamelCaseMultiPartParser],
    )
    settings.ROOT_URLCONF = urlconf(
        path("api/", include(routed(viewset, basename="meeting"))), LINKS
    )
    return "/api/meetings/"


def test_camel_case_goes_in_and_comes_out(api, camel):
    data = {"title": "M", "guideFile": upload()}
    made = api.post(camel, data, format="multipart").json()
    assert made["guideFile"].startswith(f"{ORIGIN}/media/")
    entry = made["documents"]["guideFile"]
    assert entry["url"] == made["guideFile"]
    assert {"storedAt", "expiresAt"} <= entry.keys()
    assert entry["permalink"] == f"{ORIGIN}{camel}{made['id']}/guide_file/"
    assert opens(api, entry["permalink"]) == OPENED

    address = f"{camel}{made['id']}/"
    same = api.put(address, json.dumps(made), content_type="application/json").json()
    assert same == made
    cleared = api.patch(address, {"guideFile-clear": "true"}, format="multipart").json()
    assert (cleared["guideFile"], cleared["documents"]["guideFile"]) == (None, None)


def test_a_refusal_in_camel_case_has_its_codes_under_the_same_key(api, camel):
    data = {"title": "M", "guideFile": upload("a.txt")}
    response = api.post(camel, data, format="multipart")
    assert response.status_code == 400
    assert response.json()["codes"] == {"guideFile": ["wrong_extension"]}


# Filters


def test_filters_of_a_host_apply(api, settings):
    filters = pytest.importorskip("django_filters.rest_framework")

    class MeetingFilter(filters.FilterSet):
        no_guide = filters.BooleanFilter(field_name="guide_file", lookup_expr="isnull")

        class Meta:
            model = Meeting
            fields = {"title": ["icontains"]}

    viewset = own(filter_backends=[filters.DjangoFilterBackend], filterset_class=MeetingFilter)
    settings.ROOT_URLCONF = urlconf(
        path("api/", include(routed(viewset, basename="meeting"))), LINKS
    )
    Meeting.objects.create(title="With", guide_file=upload())
    Meeting.objects.create(title="Without")
    for query, titles in [
        ("title__icontains=out", ["Without"]),
        ("no_guide=true", ["Without"]),
        ("no_guide=false", ["With"]),
        ("", ["Without", "With"]),
    ]:
        with CaptureQueriesContext(connection) as queries:
            answer = api.get(f"/api/meetings/?{query}").json()
        assert [meeting["title"] for meeting in answer] == titles
        assert len(queries) == 1


# Descriptions


@pytest.mark.parametrize("kind", ["bundled", "own"])
def test_drf_yasg_describes_the_api(kind, full, api):
    pytest.importorskip("drf_yasg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of what drf-yasg itself does.
        from drf_yasg import openapi
        from drf_yasg.generators import OpenAPISchemaGenerator

        router = routed(MeetingViewSet, basename="meeting")
        patterns = [API] if kind == "bundled" else [path("api/", include(router))]
        info = openapi.Info("T", "v1")
        swagger = OpenAPISchemaGenerator(info, patterns=patterns).get_schema(None, public=True)
    paths = " ".join(swagger.paths)
    assert "guide_file/" in paths
