"""Links and permalinks follow the host's URLconf, wherever it puts our views."""

from types import ModuleType
from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path, re_path, resolve, set_script_prefix
from django.utils import translation
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from django_event_pdfs.links import (
    document_views,
    file_mount,
    get_links,
    match_path,
    permalink,
    upload_path,
    view_classes,
)
from django_event_pdfs.links.mounts import mounted_name
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin, EventViewSet
from tests.testapp.models import Event, Meeting, Workshop

FILES = "django_event_pdfs.file_urls"
NAME = "events/programmes/programme_abcdefghijklmnopqrstuvwx23.pdf"


class MeetingViewSet(EventDocumentsViewSetMixin, ModelViewSet):
    queryset = Meeting.objects.all()


class SluggedViewSet(EventDocumentsViewSetMixin, ModelViewSet):
    queryset = Meeting.objects.all()
    lookup_field = "owner__username"
    lookup_url_kwarg = "owner"


class ListedViewSet(EventDocumentsViewSetMixin, ReadOnlyModelViewSet):
    queryset = Event.objects.all()


def own(request: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse("the host's own")


def routes(prefix: str, viewset: type[Any], basename: str) -> Any:
    router = SimpleRouter()
    router.register(prefix, viewset, basename=basename)
    return include(router.urls)


@pytest.fixture
def mount(settings: Any, request: Any) -> Any:
    """Return ``mount(*patterns)``, which makes them the project's URLs."""

    def mount(*patterns: Any) -> None:
        urlconf = ModuleType("urlconf_of_" + request.node.name)
        urlconf.urlpatterns = list(patterns)
        settings.ROOT_URLCONF = urlconf

    return mount


@pytest.fixture
def script_name() -> Any:
    set_script_prefix("/app/")
    yield "/app/"
    set_script_prefix("/")


# Links


@pytest.mark.parametrize("prefix", ["", "media/", "a/b c/é/"])
def test_a_link_begins_with_the_mount(mount: Any, client: Client, prefix: str) -> None:
    mount(path(prefix, include(FILES)))
    url = get_links().make(NAME).url
    assert mounted_name(f"/{prefix}{NAME}") == NAME
    assert get_links().name_of(url) == NAME
    assert client.get(url.replace("signature=", "signature=x")).status_code == 403


def test_a_regex_mount_will_do(mount: Any) -> None:
    mount(re_path(r"^files/", include(FILES)))
    assert file_mount(NAME) == "/files/"


def test_namespaces_may_surround_the_mount(mount: Any) -> None:
    inner = ([path("files/", include(FILES))], "inner")
    mount(path("outer/", include(([path("inner/", include(inner))], "outer"), namespace="first")))
    assert file_mount(NAME) == "/outer/inner/files/"
    assert mounted_name(f"/outer/inner/files/{NAME}") == NAME


@pytest.mark.parametrize("name", [NAME, "summit.pdf", "avatars/x.pdf", ""])
def test_only_folders_of_documents_have_a_mount(mount: Any, name: str) -> None:
    mount(path("media/", include(FILES)))
    assert file_mount(name) == ("/media/" if name == NAME else None)


@pytest.mark.parametrize(
    "folder", ["meetings/badges", "old/badges", "workshops/exercises", "permits"]
)
def test_every_folder_of_every_document_has_a_mount(mount: Any, folder: str) -> None:
    mount(path("media/", include(FILES)))
    assert file_mount(f"{folder}/2024/05/x.pdf") == "/media/"


def test_a_prefix_with_parameters_is_no_mount(mount: Any) -> None:
    mount(path("<slug:tenant>/media/", include(FILES)))
    assert file_mount(NAME) is None


def test_the_first_mount_without_parameters_counts(mount: Any) -> None:
    mount(path("<slug:tenant>/media/", include((FILES, "tenant"))), path("files/", include(FILES)))
    assert file_mount(NAME) == "/files/"


def test_without_a_mount_nothing_is_recognised(mount: Any) -> None:
    mount(path("media/<path:name>", own, name="own"))
    assert file_mount(NAME) is None
    assert mounted_name(f"/media/{NAME}") is None


def test_the_script_name_leads_every_link(script_name: str) -> None:
    assert file_mount(NAME) == "/app/media/"
    url = get_links().make(NAME).url
    assert url.startswith("/app/media/")
    assert get_links().name_of(url) == NAME
    assert get_links().name_of(url.removeprefix("/app")) is None


def test_the_script_name_of_one_request_does_not_stick(script_name: str) -> None:
    assert file_mount(NAME) == "/app/media/"
    set_script_prefix("/other/")
    assert file_mount(NAME) == "/other/media/"
    set_script_prefix("/")
    assert file_mount(NAME) == "/media/"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_link_has_the_language_it_was_made_in(
    mount: Any, client: Client, db: None, language: str
) -> None:
    mount(*i18n_patterns(path("media/", include(FILES))))
    with translation.override(language):
        url = get_links().make(NAME).url
    assert url.startswith(f"/{language}/media/")
    # Nothing is stored under the name, so a genuine link says so.
    assert client.get(url).json()["codes"] == {"detail": ["document_removed"]}


@pytest.mark.parametrize("reader", ["en", "fr"])
@pytest.mark.parametrize("maker", ["en", "fr"])
def test_a_link_is_recognised_in_any_language(mount: Any, maker: str, reader: str) -> None:
    mount(*i18n_patterns(path("media/", include(FILES))))
    with translation.override(maker):
        url = get_links().make(NAME).url
    with translation.override(reader):
        assert get_links().name_of(url) == NAME


# Permalinks


@pytest.fixture
def meeting(db: None, participant: Any) -> Meeting:
    return Meeting.objects.create(title="Board", owner=participant)


def test_the_permalink_is_that_of_the_bundled_viewset(event: Event) -> None:
    assert permalink(event, "guide_file") == f"/api/events/{event.pk}/guide_file/"


def test_a_model_without_a_viewset_has_no_permalink(meeting: Meeting) -> None:
    assert permalink(meeting, "badge_file") is None


def test_the_permalink_is_that_of_the_hosts_viewset(mount: Any, meeting: Meeting) -> None:
    mount(path("v1/", routes("meetings", MeetingViewSet, "meeting")))
    assert permalink(meeting, "badge_file") == f"/v1/meetings/{meeting.pk}/badge_file/"


def test_the_permalink_uses_the_lookup_of_the_viewset(mount: Any, meeting: Meeting) -> None:
    mount(path("", routes("owners", SluggedViewSet, "owner")))
    assert permalink(meeting, "guide_file") == "/owners/participant/guide_file/"


def test_an_event_whose_lookup_is_empty_has_no_permalink(mount: Any, db: None) -> None:
    mount(path("", routes("owners", SluggedViewSet, "owner")))
    meeting = Meeting.objects.create(title="Board", owner=None)
    assert permalink(meeting, "guide_file") is None


def test_a_child_is_reached_through_the_viewset_of_its_parent(mount: Any, db: None) -> None:
    mount(path("", routes("meetings", MeetingViewSet, "meeting")))
    workshop = Workshop.objects.create(title="Lab")
    assert permalink(workshop, "guide_file") == f"/meetings/{workshop.pk}/guide_file/"
    assert permalink(workshop, "exercise_file") is None


def test_the_permalink_has_the_script_name(script_name: str, event: Event) -> None:
    assert permalink(event, "guide_file") == f"/app/api/events/{event.pk}/guide_file/"


def test_the_permalink_stays_in_the_namespace_of_the_request(mount: Any, event: Event) -> None:
    api = (EventViewSet, "event")
    mount(*(path(f"{v}/", include(([path("", routes("events", *api))], v))) for v in ("v1", "v2")))
    request = RequestFactory().get("/v2/events/")
    request.resolver_match = resolve("/v2/events/")
    assert permalink(event, "guide_file", request).startswith("/v2/")
    assert permalink(event, "guide_file").startswith("/v1/")


def test_parameters_of_the_prefix_are_those_of_the_request(mount: Any, event: Event) -> None:
    mount(path("<slug:tenant>/", routes("events", EventViewSet, "event")))
    request = RequestFactory().get("/acme/events/")
    request.resolver_match = resolve("/acme/events/")
    assert permalink(event, "guide_file", request) == f"/acme/events/{event.pk}/guide_file/"
    assert permalink(event, "guide_file") is None


def test_a_permalink_leads_to_its_view(event: Event) -> None:
    match = match_path(permalink(event, "guide_file"))
    assert match.func.cls is EventViewSet
    assert match.kwargs == {"pk": str(event.pk)}


def test_a_path_outside_the_script_name_leads_nowhere(script_name: str) -> None:
    assert match_path("/api/events/") is None
    assert match_path("/app/api/events/") is not None


def test_documents_and_views_are_found(mount: Any) -> None:
    mount(
        path("a/", routes("events", ListedViewSet, "event")),
        path("b/", include(([path("", routes("meetings", MeetingViewSet, "meeting"))], "b"))),
        path("own/", own, name="own"),
    )
    assert set(document_views()) >= {
        (ListedViewSet, "programme_file"),
        (ListedViewSet, "guide_file"),
        (MeetingViewSet, "badge_file"),
    }
    assert {ListedViewSet, MeetingViewSet} <= view_classes()


def test_new_events_are_taken_by_the_first_viewset_that_writes(mount: Any) -> None:
    mount(
        path("a/", routes("events", ListedViewSet, "event")),
        path("<slug:tenant>/", routes("meetings", MeetingViewSet, "tenants-meeting")),
        path("b/", include(([path("", routes("meetings", MeetingViewSet, "meeting"))], "b"))),
    )
    assert upload_path() == "/b/meetings/"


def test_where_nothing_takes_events_there_is_no_path(mount: Any) -> None:
    mount(path("a/", routes("events", ListedViewSet, "event")), path("own/", own, name="own"))
    assert upload_path() is None
