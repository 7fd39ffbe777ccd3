"""The checks of URLs: each fires where it should and nowhere else."""

import pytest
from django.urls import include, path, re_path
from django.views.static import serve
from rest_framework import serializers, viewsets

from django_event_pdfs.checks.urls import (
    check_event_model,
    check_file_mount,
    check_one_viewset,
    check_unsigned_access,
)
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin, EventViewSet
from tests.checks.making import ids
from tests.host_urls import LINKS, routed, urlconf
from tests.testapp.models import Event, Meeting

BUNDLED = path("api/", include("django_event_pdfs.urls"))


def viewset_for(event_model, *bases):
    class Serializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
        class Meta:
            model = event_model
            fields = "__all__"

    class HostViewSet(*bases, viewsets.ModelViewSet):
        queryset = event_model.objects.all()
        serializer_class = Serializer

        @classmethod
        def get_document_model(cls):
            return event_model

    return HostViewSet


# E002


@pytest.mark.parametrize(
    "name",
    [
        "",
        "testapp.Nothing",
        "nonsense",
        "a.b.c",
        "testapp.Attachment",  # no PDFField
        "auth.Group",
        "event_pdfs.AbstractEvent",
        7,
        ["testapp.Event"],
        {"testapp": "Event"},
    ],
)
def test_e002_the_bundled_api_without_a_model(settings, name):
    settings.EVENT_PDFS = {"EVENT_MODEL": name}
    settings.ROOT_URLCONF = urlconf(BUNDLED, LINKS)
    assert ids(check_event_model(None)) == ["event_pdfs.E002"]


def test_e002_not_with_a_model_nor_without_the_bundled_api(settings):
    settings.ROOT_URLCONF = urlconf(BUNDLED, LINKS)
    assert check_event_model(None) == []
    settings.EVENT_PDFS = {}
    settings.ROOT_URLCONF = urlconf(LINKS)
    assert check_event_model(None) == []


def test_e002_not_for_a_proxy_of_a_model_with_documents(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.ProxyEvent"}
    settings.ROOT_URLCONF = urlconf(BUNDLED, LINKS)
    assert check_event_model(None) == []


def test_e002_not_without_urls(settings):
    settings.EVENT_PDFS = {}
    settings.ROOT_URLCONF = None
    assert check_event_model(None) == []


# E004


@pytest.mark.parametrize(
    "patterns",
    [[], [BUNDLED], [path("<slug:tenant>/media/", include("django_event_pdfs.file_urls"))]],
)
def test_e004_links_that_no_url_leads_to(settings, patterns):
    settings.ROOT_URLCONF = urlconf(*patterns)
    assert ids(check_file_mount(None)) == ["event_pdfs.E004"]


@pytest.mark.parametrize(
    "patterns",
    [
        [LINKS],
        [path("", include("django_event_pdfs.file_urls"))],
        [path("deep/down/", include([LINKS]))],
        [path("x/", include(([LINKS], "spaced")))],
    ],
)
def test_e004_not_where_they_are_mounted(settings, patterns):
    settings.ROOT_URLCONF = urlconf(*patterns)
    assert check_file_mount(None) == []


def test_e004_not_where_links_lead_elsewhere(settings):
    settings.ROOT_URLCONF = urlconf()
    options = {"base_url": "https://media.example/"}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "LINKS": {"OPTIONS": options}}
    assert check_file_mount(None) == []


@pytest.mark.parametrize("links", ["x", {"BACKEND": "nowhere.Links"}])
def test_e004_and_w003_not_where_links_cannot_be_made(configure, settings, links):
    settings.ROOT_URLCONF = urlconf()
    configure(LINKS=links if isinstance(links, dict) else {"BACKEND": links})
    assert check_file_mount(None) == check_unsigned_access(None) == []


# W002


def test_w002_the_bundled_viewset_beside_a_host_s_own(settings):
    own = viewset_for(Event, EventDocumentsViewSetMixin)
    settings.ROOT_URLCONF = urlconf(BUNDLED, LINKS, *routed(own, "mine"))
    (message,) = check_one_viewset(None)
    assert message.id == "event_pdfs.W002"
    assert "HostViewSet" in message.msg


def test_w002_the_bundled_viewset_beside_a_subclass_of_it(settings):
    class Own(EventViewSet):
        pass

    settings.ROOT_URLCONF = urlconf(BUNDLED, LINKS, *routed(Own, "mine", basename="mine"))
    assert ids(check_one_viewset(None)) == ["event_pdfs.W002"]


@pytest.mark.parametrize(
    "patterns",
    [
        [BUNDLED],
        [path("v1/", include([BUNDLED, LINKS])), path("v2/", include([BUNDLED]))],
        routed(viewset_for(Event, EventDocumentsViewSetMixin), "mine"),
        [BUNDLED, *routed(viewset_for(Meeting, EventDocumentsViewSetMixin), "meetings")],
        [BUNDLED, *routed(viewset_for(Event), "readings")],
    ],
)
def test_w002_not_otherwise(settings, patterns):
    settings.ROOT_URLCONF = urlconf(*patterns)
    assert check_one_viewset(None) == []


# W003


@pytest.fixture
def media(settings, tmp_path):
    """Keep the documents in ``MEDIA_ROOT``, as a fresh project does; return that folder."""
    root = tmp_path / "media"
    settings.MEDIA_ROOT, settings.MEDIA_URL = str(root), "/media/"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return root


def served(root, prefix="media/"):
    """Return the pattern that Django's ``static()`` makes under ``DEBUG``."""
    return re_path(rf"^{prefix}(?P<path>.*)$", serve, {"document_root": str(root)})


def folders(messages):
    assert {message.id for message in messages} <= {"event_pdfs.W003"}
    return {message.msg.split()[0] for message in messages}


def test_w003_media_served_before_the_links(settings, media):
    settings.ROOT_URLCONF = urlconf(served(media), LINKS)
    messages = check_unsigned_access(None)
    assert "/media/events/programmes/" in folders(messages)
    assert all(message.hint for message in messages)


def test_w003_media_served_beside_links_of_another_prefix(settings, media):
    links = path("documents/", include("django_event_pdfs.file_urls"))
    settings.ROOT_URLCONF = urlconf(links, served(media))
    assert "/media/events/programmes/" in folders(check_unsigned_access(None))


def test_w003_a_folder_above_the_documents_is_served(settings, media):
    settings.ROOT_URLCONF = urlconf(served(media.parent), LINKS)
    assert "/media/media/events/programmes/" in folders(check_unsigned_access(None))


def test_w003_a_folder_of_the_documents_alone_is_served(settings, media):
    settings.ROOT_URLCONF = urlconf(served(media / "events", "media/events/"), LINKS)
    found = folders(check_unsigned_access(None))
    assert found == {"/media/events/programmes/", "/media/events/guides/"}


@pytest.mark.parametrize(
    "patterns",
    [
        lambda media: [LINKS, served(media)],
        lambda media: [served(media / "avatars"), LINKS],
        lambda media: [LINKS],
    ],
    ids=["links-first", "another-folder", "links-alone"],
)
def test_w003_not_otherwise(settings, media, patterns):
    settings.ROOT_URLCONF = urlconf(*patterns(media))
    assert check_unsigned_access(None) == []


@pytest.mark.parametrize(
    "patterns",
    [
        lambda media: [LINKS, served(media, "files/")],
        lambda media: [LINKS, path("files/", include([served(media, "")]))],
        lambda media: [LINKS, path("files/<path:path>", serve, {"document_root": media})],
    ],
    ids=["static", "included", "path"],
)
def test_w003_media_served_at_an_address_of_its_own(settings, media, patterns):
    settings.ROOT_URLCONF = urlconf(*patterns(media))
    assert "/files/events/programmes/" in folders(check_unsigned_access(None))


@pytest.mark.parametrize("url", ["https://media.example/", "/elsewhere/", ""])
def test_w003_not_where_another_server_serves_media(settings, media, url):
    settings.MEDIA_URL = url
    settings.ROOT_URLCONF = urlconf(LINKS, served(media, "media/"))
    assert check_unsigned_access(None) == []


def test_w003_not_for_a_storage_with_a_location_of_its_own(settings, media):
    own = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    options = {"location": str(media.parent / "documents")}
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": {**own, "OPTIONS": options}}
    settings.ROOT_URLCONF = urlconf(served(media), LINKS)
    assert check_unsigned_access(None) == []


def test_w003_not_for_a_storage_that_cannot_be_made(settings, media):
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": {"BACKEND": "nowhere.Storage"}}
    settings.ROOT_URLCONF = urlconf(served(media), LINKS)
    assert check_unsigned_access(None) == []


def test_w003_not_for_a_storage_without_folders(settings, media):
    memory = {"BACKEND": "django_event_pdfs.testing.MemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": memory}
    settings.ROOT_URLCONF = urlconf(served(media), LINKS)
    assert check_unsigned_access(None) == []
