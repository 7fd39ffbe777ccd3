"""The site as its clients see it: each way in which it goes wrong is found."""

import socket
import ssl
import threading

import pytest

from django_event_pdfs.delivery import NginxDelivery
from django_event_pdfs.maintenance.doctor import visits, web
from django_event_pdfs.maintenance.doctor.case import Case
from tests.conftest import upload
from tests.maintenance.doctor import websites
from tests.maintenance.doctor.diagnoses import statuses
from tests.maintenance.doctor.test_body_limit import RESET, Site

pytestmark = pytest.mark.django_db

HOUR = "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(visits, "TIMEOUT", 5.0)


def examined(url, *, quick=False):
    found = web.examine(Case(url=url, quick=quick))
    for diagnosis in found:
        assert diagnosis.explanation or diagnosis.status == "ok"
        assert bool(diagnosis.cure) == (diagnosis.status in ("warning", "problem"))
        assert "signature=" not in str(diagnosis)
    return found


def behind(fault):
    """Return the status by id of what is wrong with the site behind a fault."""
    with websites.website(fault) as url:
        found = statuses(examined(url))
    return {key: status for key, status in found.items() if status in ("warning", "problem")}


def test_a_site_that_works_is_well_and_left_as_it_was(storage):
    with websites.website() as url:
        found = examined(url)
    assert statuses(found) == {
        "link_opens": "ok",
        "link_forged": "ok",
        "link_altered": "ok",
        "link_expired": "ok",
        "link_download": "ok",
        "link_with_credentials": "ok",
        "link_headers": "ok",
        "link_not_compressed": "ok",
        "link_by_range": "ok",
        "link_unchanged": "ok",
        "link_head": "ok",
        "not_public": "ok",
        "not_listed": "ok",
        "only_https": "skipped",
        "own_address": "skipped",
        "clocks": "ok",
    }
    assert storage.names() == set()


def test_folders_that_are_alike_are_one_line():
    with websites.website() as url:
        subjects = {d.id: d.subject for d in examined(url)}
    assert subjects["link_opens"].count(",") > 0
    assert subjects["clocks"] == url


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        # On the way
        (websites.keeping("200"), {"link_forged": "problem", "link_download": "problem"}),
        (websites.keeping("403"), {"link_forged": "problem"}),
        (websites.setting(ETag=None), {"link_headers": "problem", "link_unchanged": "warning"}),
        (websites.setting(X_Content_Type_Options=None), {"link_headers": "problem"}),
        (websites.setting(Content_Security_Policy=None), {"link_headers": "problem"}),
        (websites.setting(Cross_Origin_Resource_Policy="x"), {"link_headers": "problem"}),
        (websites.setting(Access_Control_Expose_Headers=None), {"link_headers": "problem"}),
        (websites.setting(Cache_Control="public, max-age=9"), {"link_headers": "problem"}),
        (websites.setting(Content_Type="text/plain"), {"link_headers": "problem"}),
        (websites.setting(Accept_Ranges=None), {"link_headers": "problem"}),
        (
            websites.setting(Content_Disposition=None),
            {"link_headers": "problem", "link_download": "problem"},
        ),
        (websites.compressing, {"link_not_compressed": "warning"}),
        (websites.altering(HTTP_RANGE=None), {"link_by_range": "warning"}),
        (websites.altering(HTTP_IF_NONE_MATCH=None), {"link_unchanged": "warning"}),
        (
            websites.answering(lambda e: e["REQUEST_METHOD"] == "HEAD", "405 No"),
            {"link_head": "warning"},
        ),
        (
            websites.answering(lambda e: "HTTP_AUTHORIZATION" in e, "400 No"),
            {"link_with_credentials": "problem"},
        ),
        (websites.setting(Date=HOUR), {"clocks": "warning"}),
        # Without a link
        (websites.publishing("/files/"), {"not_public": "problem"}),
        (websites.listing("/media/"), {"not_listed": "problem"}),
        (websites.listing("/files/"), {"not_listed": "problem"}),
        # No document at all
        (websites.publishing("/media/"), {"link_forged": "problem"}),
        (websites.altering(QUERY_STRING="signature=x"), {"link_opens": "problem"}),
        (websites.altering(HTTP_HOST="evil.example"), {"link_opens": "problem"}),
        (websites.answering(lambda e: True, "200 OK", b"<html>"), {"link_opens": "problem"}),
        (websites.answering(lambda e: True, "401 No"), {"link_opens": "problem"}),
        (websites.answering(lambda e: True, "404 No"), {"link_opens": "problem"}),
        (websites.answering(lambda e: True, "418 No"), {"link_opens": "problem"}),
        (websites.answering(lambda e: True, "502 No"), {"link_opens": "problem"}),
        (websites.moving("302 Found", "/again"), {"link_opens": "problem"}),
        (websites.moving("302 Found", "ftp://localhost/"), {"link_opens": "problem"}),
    ],
)
def test_what_goes_wrong_on_the_way_is_found(settings, fault, expected):
    settings.MEDIA_URL = "/files/"
    found = behind(fault)
    assert found.items() >= expected.items()
    # Of what was not meant, nothing but what comes of it.
    assert len(found) == len(expected) or fault_has_consequences(expected)


def fault_has_consequences(expected):
    return expected.get("link_forged") == "problem" or "link_headers" in expected


@pytest.mark.parametrize("said", [b"", RESET, None, b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_a_site_that_gives_no_answer_is_found(monkeypatch, storage, said):
    monkeypatch.setattr(visits, "TIMEOUT", 0.2)
    with Site(lambda head, length: said) as site:
        [diagnosis] = examined(site.url)
    assert (diagnosis.id, diagnosis.status) == ("link_opens", "problem")
    assert storage.names() == set()


def test_a_site_that_is_not_there_is_found(storage):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    [diagnosis] = examined(f"http://127.0.0.1:{port}/")
    assert (diagnosis.id, diagnosis.status) == ("link_opens", "problem")
    assert storage.names() == set()
