"""Where a host mounts viewsets: permalinks and links follow."""

import time
from functools import partial

import pytest
from django.test import Client
from django.urls import clear_script_prefix, include, path, set_script_prefix
from rest_framework import versioning
from rest_framework.test import APIClient

from django_event_pdfs.testing import make_pdf
from tests import host_api
from tests.conftest import upload
from tests.host_api import MeetingSerializer, MeetingViewSet, own
from tests.host_urls import LINKS, routed, urlconf
from tests.testapp.models import Event, Meeting

PDF = "application/pdf"
MONTH = 30 * 24 * 3600

pytestmark = pytest.mark.django_db


@pytest.fixture
def mount(settings):
    """Return a function that mounts viewsets, or patterns, as the host's whole URLconf."""
    return partial(host_api.mount, settings)


@pytest.fixture
def meeting(db):
    return Meeting.objects.create(title="Budget", guide_file=upload("Plan.pdf"))


def permalink(client, address):
    return client.get(address).json()["documents"]["guide_file"]["permalink"]


@pytest.mark.parametrize(
    ("lookups", "address"),
    [
        ({"lookup_field": "title"}, "/meetings/Budget/"),
        ({"lookup_field": "title", "lookup_url_kwarg": "slug"}, "/meetings/Budget/"),
        ({"lookup_field": "pk", "lookup_url_kwarg": "meeting_id"}, "/meetings/{pk}/"),
    ],
)
def test_permalinks_follow_its_lookup(reader, mount, meeting, lookups, address):
    mount(own(**lookups))
    address = address.format(pk=meeting.pk)
    entry = permalink(reader, address)
    assert entry == f"http://testserver{address}guide_file/"
    assert reader.get(entry)["Content-Type"] == PDF


@pytest.mark.parametrize("namespace", [None, "v1"])
def test_permalinks_follow_a_prefix_and_a_namespace(reader, mount, meeting, namespace):
    urls = routed(MeetingViewSet, basename="meeting")
    mount(path("deep/api/", include((urls, namespace) if namespace else urls)))
    address = f"/deep/api/meetings/{meeting.pk}/"
    assert permalink(reader, address) == f"http://testserver{address}guide_file/"


def test_permalinks_stay_in_the_namespace_of_the_request(reader, mount, meeting):
    viewset = own(versioning_class=versioning.NamespaceVersioning)
    mount(
        path("v1/", include((routed(viewset, basename="meeting"), "v1"))),
        path("v2/", include((routed(viewset, basename="meeting"), "v2"))),
    )
    for version in ("v1", "v2"):
        address = f"/{version}/meetings/{meeting.pk}/"
        assert permalink(reader, address) == f"http://testserver{address}guide_file/"


def test_permalinks_keep_the_version_in_the_path(reader, mount, meeting):
    viewset = own(versioning_class=versioning.URLPathVersioning)
    mount(path("<str:version>/", include(routed(viewset, basename="meeting"))))
    address = f"/v7/meetings/{meeting.pk}/"
    entry = permalink(reader, address)
    assert entry == f"http://testserver{address}guide_file/"
    assert reader.get(entry)["Content-Type"] == PDF


def test_a_version_in_the_accept_header_is_respected(reader, mount, meeting):
    class Versions(versioning.AcceptHeaderVersioning):
        default_version = "1"
        allowed_versions = ("1", "2")

    mount(own(versioning_class=Versions))
    address = f"/meetings/{meeting.pk}/"
    accept = {"accept": "application/json; version=2"}
    assert reader.get(address, headers=accept).status_code == 200
    assert reader.get(f"{address}guide_file/", headers={"accept": "text/html"}).status_code == 200


class TenantViewSet(MeetingViewSet):
    """Below a prefix that its queryset needs."""

    def get_queryset(self):
        return Meeting.objects.filter(title=self.kwargs["tenant"])


def test_permalinks_keep_the_tenant_in_the_path(reader, mount, meeting):
    mount(path("<str:tenant>/", include(routed(TenantViewSet, basename="meeting"))))
    address = f"/Budget/meetings/{meeting.pk}/"
    assert permalink(reader, address) == f"http://testserver{address}guide_file/"


def test_an_expired_link_of_a_tenant_says_so(mount, meeting, participant, monkeypatch):
    mount(path("<str:tenant>/", include(routed(TenantViewSet, basename="meeting"))))
    link, now = meeting.guide_file.url, time.time()
    monkeypatch.setattr(time, "time", lambda: now + MONTH)
    client = Client()
    client.force_login(participant)
    assert client.get(link).status_code == 410


def test_an_expired_link_opens_by_the_host_s_own_view(mount, meeting, participant, monkeypatch):
    mount(MeetingViewSet)
    link, now = meeting.guide_file.url, time.time()
    monkeypatch.setattr(time, "time", lambda: now + MONTH)
    client = Client()
    assert client.get(link).status_code == 410
    client.force_login(participant)
    assert client.get(link).status_code == 200


class VersionedViewSet(MeetingViewSet):
    """Shows an event to clients of one version only."""

    versioning_class = versioning.NamespaceVersioning

    def get_queryset(self):
        return Meeting.objects.filter(title=self.request.version)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_expired_link_opens_where_versions_are_namespaces(
    mount, participant, monkeypatch, version
):
    urls = routed(VersionedViewSet, basename="meeting")
    mount(path(f"{version}/", include((urls, version))))
    meeting = Meeting.objects.create(title=version, guide_file=upload())
    link, now = meeting.guide_file.url, time.time()
    monkeypatch.setattr(time, "time", lambda: now + MONTH)
    client = Client()
    address = client.get(link).json()["permalink"]
    assert address.endswith(f"/{version}/meetings/{meeting.pk}/guide_file/")
    client.force_login(participant)
    assert client.get(link).status_code == 200


def test_urls_follow_the_script_name(manager, mount, meeting):
    mount(MeetingViewSet)
    client = APIClient(SCRIPT_NAME="/site")
    client.force_authenticate(manager)
    set_script_prefix("/site/")
    try:
        data = client.get(f"/meetings/{meeting.pk}/").json()
        entry = data["documents"]["guide_file"]
        assert entry["permalink"] == f"http://testserver/site/meetings/{meeting.pk}/guide_file/"
        assert data["guide_file"].startswith("http://testserver/site/media/events/guides/")
        for url in (data["guide_file"], entry["permalink"]):
            kept = client.patch(f"/meetings/{meeting.pk}/", {"guide_file": url}, format="json")
            assert kept.json()["guide_file"] == data["guide_file"]
    finally:
        clear_script_prefix()


def test_without_a_viewset_there_is_no_permalink(meeting, settings):
    settings.ROOT_URLCONF = urlconf(LINKS)
    data = MeetingSerializer(meeting).data
    assert data["documents"]["guide_file"]["permalink"] is None
    assert Client().get(data["guide_file"]).status_code == 200


def test_the_bundled_api_works_under_a_namespace(api, event, settings):
    bundled = path("deep/", include(("django_event_pdfs.urls", "bundled")))
    settings.ROOT_URLCONF = urlconf(bundled, LINKS)
    address = f"/deep/events/{event.pk}/"
    shown = api.put(f"{address}guide_file/", make_pdf(), content_type=PDF).json()
    assert shown["permalink"] == f"http://testserver{address}guide_file/"
    assert api.patch(address, {"guide_file": shown["permalink"]}).status_code == 200
    assert Event.objects.get().guide_file
