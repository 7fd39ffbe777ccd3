"""The throttles of documents: off without a rate, by user or address, beside the host's own."""

import pytest
from django.core.cache import cache
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from django_event_pdfs.testing import make_pdf
from django_event_pdfs.throttling import DOWNLOADS, UPLOADS
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW, PDF, WRITES, ask, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rates(settings):
    def set_rates(**given):
        rest = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": given}
        settings.REST_FRAMEWORK = rest

    return set_rates


UPLOADING = {
    "post": lambda api, at: api.post(EVENTS, {**NEW, "guide_file": upload()}, format="multipart"),
    "put": lambda api, at: api.put(at, {**NEW, "guide_file": upload()}, format="multipart"),
    "patch": lambda api, at: api.patch(at, {"guide_file": upload()}, format="multipart"),
    "store": lambda api, at: api.put(f"{at}guide_file/", make_pdf(), content_type=PDF),
    "named": lambda api, at: api.put(f"{at}guide_file/a.pdf", make_pdf(), content_type=PDF),
}


@pytest.mark.parametrize("kind", UPLOADING)
def test_uploads_have_a_rate(api, full, rates, storage, kind):
    rates(**{UPLOADS: "2/min"})
    answers = [UPLOADING[kind](api, f"{EVENTS}{full.pk}/") for _ in range(3)]
    assert [answer.status_code < 300 for answer in answers] == [True, True, False]
    refused = answers[2]
    assert (refused.status_code, refused.json()["codes"]) == (429, {"detail": ["throttled"]})
    assert 0 < int(refused["Retry-After"]) <= 60


def test_every_way_to_send_counts(api, full, rates):
    rates(**{UPLOADS: "4/min"})
    answers = [send(api, f"{EVENTS}{full.pk}/").status_code for send in UPLOADING.values()]
    assert answers[4:] == [429]


@pytest.mark.parametrize("method", ["get", "head"])
def test_downloads_have_a_rate(api, full, rates, method):
    rates(**{DOWNLOADS: "2/min"})
    address = f"{EVENTS}{full.pk}/programme_file/"
    assert [getattr(api, method)(address).status_code for _ in range(3)] == [200, 200, 429]


def test_each_user_has_his_own_count(api, reader, full, rates):
    rates(**{DOWNLOADS: "1/min"})
    address = f"{EVENTS}{full.pk}/programme_file/"
    assert [c.get(address).status_code for c in (api, reader, api)] == [200, 200, 429]


def test_strangers_are_counted_by_their_address(client, full, rates, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "public"}
    rates(**{DOWNLOADS: "1/min"})
    address = f"{EVENTS}{full.pk}/programme_file/"
    asked = [client.get(address, REMOTE_ADDR=ip).status_code for ip in ("1.1.1.1", "2.2.2.2")]
    assert [*asked, client.get(address, REMOTE_ADDR="1.1.1.1").status_code] == [200, 200, 429]


def test_reading_and_writing_without_files_is_not_counted(api, full, rates):
    rates(**{UPLOADS: "1/min", DOWNLOADS: "1/min"})
    for endpoint in ("list", "detail", "options", "create", "put", "patch", "clear") * 2:
        assert ask(api, endpoint, full).status_code < 300


def test_links_are_not_counted(client, full, rates):
    rates(**{DOWNLOADS: "1/min"})
    url = full.programme_file.url
    assert [client.get(url).status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("given", [{}, {UPLOADS: None, DOWNLOADS: None}])
def test_without_a_rate_nothing_is_counted(api, full, rates, given, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "cache", None)
    rates(**given)
    for endpoint in ("open", "store", *WRITES[:3]):
        assert ask(api, endpoint, full).status_code < 300


def test_a_throttled_upload_is_not_read(manager, full, rates, monkeypatch):
    rates(**{UPLOADS: "1/min"})
    api = signed_in(manager)
    UPLOADING["store"](api, f"{EVENTS}{full.pk}/")
    parsers = "django_event_pdfs.parsers.PDFParser.parse"
    monkeypatch.setattr(parsers, lambda *args: pytest.fail("It was read."))
    assert UPLOADING["store"](api, f"{EVENTS}{full.pk}/").status_code == 429


def test_the_host_s_throttles_stay(api, full, monkeypatch):
    class Never(BaseThrottle):
        def allow_request(self, request, view):
            return False

    monkeypatch.setattr(EventViewSet, "throttle_classes", [Never])
    assert ask(api, "list", full).status_code == 429
    assert api_settings.DEFAULT_THROTTLE_CLASSES == []
