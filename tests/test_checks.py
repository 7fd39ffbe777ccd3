"""System checks: each fires where it should and nowhere else."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core import checks
from django.core.management import call_command
from django.db import models
from django.test.utils import isolate_apps
from django.urls import include, path, re_path
from django.views.static import serve
from rest_framework import serializers, viewsets

from django_event_pdfs.checks import (
    check_allow,
    check_event_meta,
    check_event_model,
    check_file_mount,
    check_has_documents,
    check_inspection,
    check_one_viewset,
    check_read_access,
    check_scanner,
    check_unsigned_access,
)
from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import AbstractEvent, HasDocuments
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin, EventViewSet
from tests.conftest import upload
from tests.host_urls import LINKS, routed, urlconf
from tests.projects import Project
from tests.testapp.models import Event, Meeting

BUNDLED = path("api/", include("django_event_pdfs.urls"))


def ids(messages):
    return [message.id for message in messages]


def checked(check, model):
    """Run a check of models on one model of an isolated app."""

    class Config:
        def get_models(self):
            return [model]

    return check([Config()])


def make(base, *meta_bases, name="Made", options=None, **attributes):
    """Return a model of the test app; call it under ``isolate_apps``."""
    meta = type("Meta", meta_bases, {"app_label": "testapp", **(options or {})})
    return type(name, (base,), {"Meta": meta, "__module__": __name__, **attributes})


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


@pytest.mark.django_db
def test_the_test_project_passes_every_check():
    call_command("check", fail_level="WARNING")


@pytest.mark.parametrize(
    "check",
    [
        check_event_meta,
        check_event_model,
        check_file_mount,
        check_has_documents,
        check_one_viewset,
        check_read_access,
        check_unsigned_access,
    ],
)
def test_every_check_is_registered(check):
    assert check in checks.registry.registry.get_checks()


# E001


@isolate_apps("tests.testapp")
def test_e001_a_pdf_field_without_has_documents():
    bare = make(models.Model, file=PDFField(upload_to="bare/"))
    (message,) = checked(check_has_documents, bare)
    assert (message.id, message.obj) == ("event_pdfs.E001", bare)
    assert message.hint


@pytest.mark.parametrize(
    ("base", "field"),
    [(HasDocuments, PDFField(upload_to="x/")), (models.Model, models.FileField())],
)
@isolate_apps("tests.testapp")
def test_e001_not_otherwise(base, field):
    assert checked(check_has_documents, make(base, file=field.clone())) == []


# E003


@pytest.mark.parametrize("folder", ["", "/", lambda instance, name: name])
def test_e003_an_upload_to_that_is_no_folder(folder):
    field = PDFField(upload_to=folder)
    field.set_attributes_from_name("file")
    assert "event_pdfs.E003" in ids(field.check())


@pytest.mark.parametrize("folder", ["bare/", "bare", "a/b/c/"])
@isolate_apps("tests.testapp")
def test_e003_not_for_a_folder(folder):
    right = make(HasDocuments, file=PDFField(upload_to=folder))
    assert right._meta.get_field("file").check() == []


# W001


def constraint(**options):
    condition = models.Q(end_date__isnull=True) | models.Q(end_date__gte=models.F("start_date"))
    return models.CheckConstraint(condition=condition, name="own", **options)


@pytest.mark.parametrize(
    ("options", "lost"),
    [
        ({}, ["ordering", "index", "constraint"]),
        ({"ordering": ["name"]}, ["index", "constraint"]),
        (
            {
                "ordering": ["name"],
                "indexes": [models.Index(fields=["start_date", "id"], name="i")],
            },
            ["constraint"],
        ),
        ({"ordering": ["name"], "constraints": [constraint()]}, ["index"]),
        (
            {
                "ordering": ["name"],
                "indexes": [models.Index(fields=["start_date", "id"], name="i")],
                "constraints": [constraint()],
            },
            [],
        ),
        (
            {
                "ordering": ["name"],
                "indexes": [models.Index(fields=["start_date", "id"], name="i")],
                "constraints": [
                    models.UniqueConstraint(fields=["name"], name="u"),
                ],
            },
            ["constraint"],
        ),
    ],
)
@isolate_apps("tests.testapp")
def test_w001_a_meta_of_its_own_that_dropped_something(options, lost):
    messages = checked(check_event_meta, make(AbstractEvent, options=options))
    assert ids(messages) == ["event_pdfs.W001"] * bool(lost)
    assert all(word in messages[0].msg for word in lost)


@isolate_apps("tests.testapp")
def test_w001_not_for_a_meta_that_inherits():
    right = make(AbstractEvent, AbstractEvent.Meta)
    child = make(right, name="Child", options={"ordering": ["name"]}, extra=models.IntegerField())
    assert checked(check_event_meta, right) == checked(check_event_meta, child) == []


def test_w001_not_for_a_proxy():
    assert check_event_meta([apps.get_app_config("testapp")]) == []


# E002


@pytest.mark.parametrize("name", ["", "testapp.Nothing", "nonsense", "a.b.c"])
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
    assert "/media/events/programmes/" in folders(check_unsigned_access(None))


def test_w003_a_folder_of_the_documents_alone_is_served(settings, media):
    settings.ROOT_URLCONF = urlconf(served(media / "events", "media/events/"), LINKS)
    found = folders(check_unsigned_access(None))
    assert found == {"/media/events/programmes/", "/media/events/guides/"}


@pytest.mark.parametrize(
    "patterns",
    [
        lambda media: [LINKS, served(media)],
        lambda media: [served(media / "avatars"), LINKS],
        lambda media: [served(media, "static/"), LINKS],
        lambda media: [LINKS],
    ],
    ids=["links-first", "another-folder", "another-url", "links-alone"],
)
def test_w003_not_otherwise(settings, media, patterns):
    settings.ROOT_URLCONF = urlconf(*patterns(media))
    assert check_unsigned_access(None) == []


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


def test_w003_not_for_a_storage_without_folders(settings, media):
    memory = {"BACKEND": "django_event_pdfs.testing.MemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": memory}
    settings.ROOT_URLCONF = urlconf(served(media), LINKS)
    assert check_unsigned_access(None) == []


# E005


EVENT = """
from django_event_pdfs.models import AbstractEvent

class Event(AbstractEvent):
    pass
"""

FOUND = """
from django.core import checks

result = sorted(message.id for message in checks.run_checks())
"""


@pytest.mark.parametrize("ours", [[], ["django_event_pdfs"]])
def test_e005_a_pdf_field_without_its_app(tmp_path, ours):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    project = Project(tmp_path, database)
    project.write("host/models.py", EVENT)
    others = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "host"]
    expected = [] if ours else ["event_pdfs.E005"] * 2
    assert project.run(FOUND, INSTALLED_APPS=[*ours, *others]) == expected


# E006


@pytest.mark.parametrize("access", ["publc", "Public", "", None, True])
def test_e006_an_unknown_read_access(settings, access):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": access}
    (message,) = check_read_access(None)
    assert message.id == "event_pdfs.E006"
    assert all(choice in message.hint for choice in ("public", "authenticated", "permission"))


@pytest.mark.parametrize("access", ["public", "authenticated", "permission"])
def test_e006_not_for_a_known_one(settings, access):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": access}
    assert check_read_access(None) == []


@pytest.mark.parametrize("tail", ["", "{key}/", "{key}/guide_file/"])
def test_an_unknown_read_access_asks_for_a_permission(settings, client, reader, api, event, tail):
    event.guide_file = upload()
    event.save()
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "publc"}
    address = f"/api/events/{tail.format(key=event.pk)}"
    assert [c.get(address).status_code for c in (client, reader, api)] == [401, 403, 200]


@pytest.mark.parametrize(
    "allow", ["javascript", ["java_script"], ["launch"], {"remote_embedded_goto"}, [7]]
)
def test_e007_active_content_of_no_kind_that_may_be_allowed(settings, allow):
    settings.EVENT_PDFS = {"ALLOW": allow}

    assert ids(check_allow(None)) == ["event_pdfs.E007"]


@pytest.mark.parametrize("allow", [[], ["javascript"], {"attachment", "xfa"}])
def test_e007_not_for_known_kinds(settings, allow):
    settings.EVENT_PDFS = {"ALLOW": allow}

    assert check_allow(None) == []


@isolate_apps("tests.testapp")
def test_e007_names_the_field(monkeypatch):
    model = make(HasDocuments, programme=PDFField(upload_to="x/", allow=["launch"]))
    monkeypatch.setattr("django_event_pdfs.checks.settings.document_models", lambda: [model])

    (message,) = check_allow(None)

    assert (message.id, message.obj) == ("event_pdfs.E007", model._meta.get_field("programme"))


@pytest.mark.parametrize(
    "inspection",
    [
        {"concurrency": 0},
        {"concurrency": "2"},
        {"concurrency": True},
        {"wait": -1},
        {"wait": "10s"},
        {"wait": None},
        {"isolate": "sometimes"},
        {"isolated": "always"},
    ],
)
def test_e008_an_inspection_that_cannot_be_followed(settings, inspection):
    settings.EVENT_PDFS = {"INSPECTION": inspection}

    assert ids(check_inspection(None)) == ["event_pdfs.E008"]


@pytest.mark.parametrize(
    "inspection",
    [{}, {"concurrency": 8, "wait": 0}, {"wait": timedelta(seconds=3)}, {"isolate": "always"}],
)
def test_e008_not_for_a_right_one(settings, inspection):
    settings.EVENT_PDFS = {"INSPECTION": inspection}

    assert check_inspection(None) == []


@pytest.mark.parametrize(
    "scanner",
    [
        {"BACKEND": "django_event_pdfs.scanning.clamav.Missing"},
        {"BACKEND": "nowhere.Scanner"},
        {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner"},
        {
            "BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner",
            "OPTIONS": {"socket": "/s", "depth": 3},
        },
        {"OPTIONS": {"socket": "/s"}},
    ],
)
def test_e009_a_scanner_that_cannot_be_made(settings, scanner):
    settings.EVENT_PDFS = {"SCANNER": scanner}

    assert ids(check_scanner(None)) == ["event_pdfs.E009"]


def test_e009_not_without_a_scanner_nor_for_one_that_is_down(settings):
    assert check_scanner(None) == []

    settings.EVENT_PDFS = {
        "SCANNER": {
            "BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner",
            "OPTIONS": {"socket": "/nowhere/clamd.ctl"},
        }
    }
    assert check_scanner(None) == []
