"""The site as its clients see it: each way in which it goes wrong is found."""

import re
import socket
import ssl
import threading
from http.client import HTTPMessage

import pytest
from django.core.files.storage import storages

from django_event_pdfs.maintenance.doctor import sites, visits, web
from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.opened import Opened
from tests.maintenance.doctor import websites
from tests.maintenance.doctor.diagnoses import statuses
from tests.maintenance.doctor.test_body_limit import RESET, Site

pytestmark = pytest.mark.django_db

HOUR = "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.fixture(autouse=True)
def _one_folder(monkeypatch):
    monkeypatch.setattr(Case, "folders", property(lambda case: one_of(case.fields)))


def one_of(fields):
    return {field.folder: field for field in fields[:1]}


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
        "not_public": "ok",
        "not_listed": "ok",
        "link_altered": "ok",
        "link_expired": "ok",
        "link_download": "ok",
        "link_with_credentials": "ok",
        "link_headers": "ok",
        "link_not_compressed": "ok",
        "link_by_range": "ok",
        "link_unchanged": "ok",
        "link_head": "ok",
        "only_https": "skipped",
        "own_address": "skipped",
        "clocks": "ok",
    }
    assert storage.names() == set()


def test_each_folder_is_tried_and_the_rest_asked_once(monkeypatch):
    monkeypatch.setattr(Case, "folders", property(lambda case: {f.folder: f for f in case.fields}))
    with websites.website() as url:
        subjects = {d.id: d.subject for d in examined(url)}
    assert subjects["link_opens"].count(",") > 0
    assert subjects["clocks"] == url


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        # On the way
        (websites.setting(ETag=None), {"link_headers": "problem", "link_unchanged": "warning"}),
        (websites.setting(X_Content_Type_Options=None), {"link_headers": "problem"}),
        (websites.setting(Content_Security_Policy=None), {"link_headers": "problem"}),
        (websites.setting(Cross_Origin_Resource_Policy="x"), {"link_headers": "problem"}),
        (websites.setting(Access_Control_Expose_Headers=None), {"link_headers": "problem"}),
        (websites.setting(Cache_Control="public, max-age=9"), {"link_headers": "problem"}),
        (websites.setting(Content_Type="text/plain"), {"link_headers": "problem"}),
        (websites.setting(Accept_Ranges=None), {"link_headers": "problem"}),
        (
            websites.setting(Content_Disposition='attachment; filename="a.pdf"'),
            {"link_headers": "problem"},
        ),
        (
            websites.setting(Content_Disposition=None),
            {"link_headers": "problem", "link_download": "problem"},
        ),
        (
            websites.setting(Content_Disposition='attachment; filename="other.pdf"'),
            {"link_headers": "problem"},
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
        (websites.keeping("200", by="QUERY_STRING"), {"link_altered": "problem"}),
        # Without a link
        (websites.publishing("/files/"), {"not_public": "problem"}),
        (websites.listing("/media/"), {"not_listed": "problem"}),
        (websites.listing("/files/"), {"not_listed": "problem"}),
        # No document at all
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
    assert behind(fault) == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (websites.keeping("200"), {"link_forged", "link_expired", "link_download", "not_public"}),
        (websites.keeping("403"), {"link_forged", "link_download", "link_with_credentials"}),
        (
            websites.publishing("/media/"),
            {"link_forged", "link_altered", "link_expired", "link_headers", "not_public"},
        ),
    ],
    ids=["kept", "refusals-kept", "published"],
)
def test_a_link_that_anybody_could_write_is_found(fault, expected):
    assert expected <= {key for key, status in behind(fault).items() if status == "problem"}


@pytest.mark.parametrize("said", [b"", RESET, None, b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_a_site_that_gives_no_answer_is_found(monkeypatch, storage, said):
    if said is None:  # What comes may take its time.
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


def test_a_site_that_answers_drop_by_drop_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(visits, "TIMEOUT", 0.3)
    stopped = threading.Event()

    def drip(application):
        def dripping(environ, start):
            start("200 OK", [("Content-Type", "text/html")])
            while not stopped.wait(0.05):
                yield b"x"

        return dripping

    with websites.website(drip) as url:
        [diagnosis] = examined(url)
        stopped.set()
    assert "TimeoutError" in diagnosis.explanation


def test_a_header_that_no_web_server_took_is_found(settings):
    settings.EVENT_PDFS = {
        "EVENT_MODEL": "testapp.Event",
        "DELIVERY": {"BACKEND": "django_event_pdfs.delivery.NginxDelivery"},
    }

    def fault(application):
        def change(environ, status, headers, body):
            return "200 OK", [("X-Accel-Redirect", "/x"), ("Content-Length", "0")], b""

        return websites.changing(change)(application)

    with websites.website(fault) as url:
        [diagnosis] = examined(url)
    assert "X-Accel" not in diagnosis.explanation
    assert "DELIVERY" in diagnosis.explanation


@pytest.mark.parametrize(
    ("name", "status"),
    [("Doctor%20%E5%8D%9A%E5%A3%AB.pdf", "ok"), ("Doctor.pdf", "problem")],
)
def test_the_name_for_clients_of_old_may_be_another(name, status):
    disposition = f"inline; filename=\"stored.pdf\"; filename*=UTF-8''{name}"
    with websites.website(websites.setting(Content_Disposition=disposition)) as url:
        assert statuses(examined(url))["link_headers"] == status


def test_a_site_that_opens_expired_links_is_found(monkeypatch):
    monkeypatch.setattr("django_event_pdfs.links.SignedLinks._remaining", lambda *args: 60)
    assert behind(lambda application: application) == {"link_expired": "problem"}


def test_a_site_that_knows_its_address_is_well(full):
    with websites.website() as url:
        assert statuses(examined(url))["own_address"] == "ok"


@pytest.mark.parametrize("wrong", [{"HTTP_HOST": "localhost:1"}, {"wsgi.url_scheme": "https"}])
def test_a_site_that_takes_itself_for_another_is_found(full, wrong):
    assert behind(websites.altering(**wrong)) == {"own_address": "problem"}


def test_a_document_of_an_event_is_not_touched(full, storage):
    before = storage.names()
    with websites.website() as url:
        examined(url)
    assert storage.names() == before


@pytest.fixture
def tls(tmp_path):
    """Return a context with a certificate that nobody knows, and the path of that."""
    pytest.importorskip("cryptography")
    certificate = websites.make_certificate(tmp_path / "site.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context, certificate


def test_a_certificate_that_nobody_knows_is_found(tls):
    with websites.website(tls=tls[0]) as url:
        [diagnosis] = examined(url)
    assert "fullchain.pem" in diagnosis.cure


def test_a_site_with_tls_is_examined(tls, monkeypatch, full):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    with websites.website(websites.altering(**{"wsgi.url_scheme": "https"}), tls[0]) as url:
        found = statuses(examined(url))
    assert {key for key, status in found.items() if status not in ("ok", "skipped")} == set()
    assert found["own_address"] == "ok"


def test_a_redirect_from_https_to_http_is_found(tls, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    monkeypatch.setattr(sites, "_LOCAL", re.compile("nothing"))
    with websites.website() as plain:

        def fault(application):
            def moved(environ, start):
                target = f"{plain}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
                start("302 Found", [("Location", target), ("Content-Length", "0")])
                return [b""]

            return moved

        # In a thread, Django is not entered: two servers share one connection.
        with websites.website(fault, tls[0]) as url:
            assert statuses(examined(url))["only_https"] == "problem"


def test_a_site_without_tls_is_warned_of(monkeypatch):
    monkeypatch.setattr(sites, "_LOCAL", re.compile("nothing"))
    assert behind(lambda application: application) == {"only_https": "warning"}


@pytest.mark.parametrize(("said", "status"), [(None, None), (301, None), (200, "warning")])
def test_documents_in_plain_beside_tls_are_found(monkeypatch, said, status):
    asked = []

    def answer(url, *args, **headers):
        asked.append(url)
        if said is None:
            raise ConnectionRefusedError
        return visits.Reply(url, said, HTTPMessage(), b"")

    monkeypatch.setattr(sites, "ask", answer)
    url = "https://example.org/media/events/a.pdf?signature=a"
    outcome = sites.only_https(document_at(url))
    assert (outcome and outcome.status) == status
    assert asked == [url.replace("https", "http")]


def document_at(url):
    first = visits.Reply(url, 200, HTTPMessage(), b"")
    texts = {"folder": "", "name": "", "sibling": "", "content": b""}
    return Opened(storages["default"], **texts, site=url, url=url, first=first)


# How much is asked


def test_a_health_check_opens_and_forges():
    with websites.website() as url:
        assert statuses(examined(url, quick=True)) == {"link_opens": "ok", "link_forged": "ok"}


def test_a_health_check_finds_a_careless_cache():
    with websites.website(websites.keeping("200")) as url:
        assert statuses(examined(url, quick=True))["link_forged"] == "problem"


def test_a_health_check_without_an_address_asks_nothing():
    assert web.examine_quickly(Case(quick=True)) == []


def test_without_an_address_nothing_is_asked_or_stored(monkeypatch, storage):
    monkeypatch.setattr(storage, "save", lambda *args, **options: pytest.fail("stored"))
    assert statuses(examined("")) == {"link_opens": "skipped"}


@pytest.mark.parametrize(
    "url", ["ftp://localhost/", "https://", "http://[/", "http://localhost:x/"]
)
def test_an_address_of_no_site_is_a_problem_or_none(url, storage):
    assert set(statuses(examined(url)).values()) <= {"problem", "skipped"}
    assert storage.names() == set()


def test_the_address_of_links_is_used_where_none_is_given(settings):
    with websites.website() as url:
        settings.EVENT_PDFS = {
            "EVENT_MODEL": "testapp.Event",
            "LINKS": {
                "BACKEND": "django_event_pdfs.links.SignedLinks",
                "OPTIONS": {"base_url": f"{url}/media/"},
            },
        }
        found = statuses(examined(""))
    assert found["link_opens"] == found["link_headers"] == "ok"


def test_a_storage_that_takes_no_file_is_left_to_the_other_examinations(keep_in):
    keep_in("Refusing")
    assert statuses(examined("http://127.0.0.1:1")) == {"link_opens": "skipped"}


def test_a_project_without_a_mount_is_a_problem(settings):
    settings.ROOT_URLCONF = "django_event_pdfs.urls"
    [diagnosis] = examined("http://127.0.0.1:1")
    assert (diagnosis.status, "file_urls" in diagnosis.explanation) == ("problem", True)


# Other links


def test_links_of_a_storage_that_signs_nothing_are_opened(settings):
    settings.MEDIA_URL = "/files/"
    settings.EVENT_PDFS = {
        "EVENT_MODEL": "testapp.Event",
        "LINKS": {"BACKEND": "django_event_pdfs.links.StorageLinks"},
    }
    with websites.website(websites.publishing("/files/")) as url:
        found = statuses(examined(url))
    assert found["link_opens"] == "ok"
    assert {found[key] for key in ("link_forged", "link_altered", "not_public")} == {"skipped"}


def test_where_all_may_read_files_may_be_open_and_not_listed(settings):
    settings.MEDIA_URL = "/files/"
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Event", "READ_ACCESS": "public"}

    def fault(application):
        return websites.listing("/files/")(websites.publishing("/files/")(application))

    with websites.website(fault) as url:
        found = statuses(examined(url))
    assert (found["not_public"], found["not_listed"]) == ("skipped", "problem")
    assert (found["link_headers"], found["link_expired"]) == ("ok", "ok")


def test_credentials_do_not_follow_a_redirect_to_another_origin():
    heads = []

    def store(head, length):
        heads.append(head)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    with Site(store) as there:
        location = f"HTTP/1.1 302 Found\r\nLocation: {there.url}\r\nContent-Length: 0\r\n\r\n"
        with Site(lambda head, length: location.encode()) as here:
            reply = visits.follow(here.url, Authorization="Bearer x", Range="bytes=0-1")
            assert "Authorization: Bearer x" in here.heads[0]
    assert (reply.status, reply.moved) == (200, True)
    assert "Authorization" not in heads[0]
    assert "Range: bytes=0-1" in heads[0]


@pytest.mark.parametrize(
    "query",
    [
        "expires=1&filename=a&signature=Abc",
        "X-Amz-Expires=1&X-Amz-Signature=abc",
        "se=1&sig=abc",
        "md5=abc&expires=1",
        "token=abc",
    ],
)
def test_a_forged_link_differs_in_a_letter_of_its_signature(query):
    url = f"https://example.org/a.pdf?{query}"
    forged = document_at(url).forged
    assert len(forged) == len(url)
    [at] = [i for i, (a, b) in enumerate(zip(url, forged, strict=True)) if a != b]
    assert url[at].lower() == "a"
