"""What a site behind a web server must do, read over TLS from a real socket.

``AnswerContract`` of the delivery backends, and what only a whole site shows. A test module
subclasses ``SiteContract`` and gives the fixture ``site``.
"""

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.core.files.storage import Storage

from django_event_pdfs.delivery import Representation
from django_event_pdfs.links import BaseLinks, SignedLinks
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.testing.answers import CONTENT, Answer, AnswerContract
from tests.servers.deployed import HOST, Site
from tests.servers.linting import QUESTIONS, addresses, explained, lint
from tests.servers.serving import need

ORIGIN = f"https://{HOST}"
FILENAME = "議程 2026.pdf"
MEBIBYTE = 1024 * 1024
CREDENTIALS = f"Basic {b64encode(b'root:x').decode()}"
BOUNDARY = "of-the-tests"

# Legacy names, which the library did not choose.
STRANGE_NAMES = [
    "a b.pdf",
    "100%.pdf",
    "100%25.pdf",
    "%2e%2e%2f.pdf",
    "what?.pdf",
    "no#1.pdf",
    "a+b&c=d;e.pdf",
    "議程.pdf",
    "e\u0301te\u0301.pdf",
    'it\'s "it".pdf',
    "back\\slash.pdf",
    "x..pdf",
    "~a@b:c,d!$(e)*.pdf",
]


class SiteContract(AnswerContract):
    #: How this site makes links. Called with options, as a link maker is.
    links: Callable[..., BaseLinks] = SignedLinks
    #: What an upload may be answered that declares no length. nginx measures it first.
    without_length = (200, 201)

    @pytest.fixture
    def site(self) -> Site:
        raise NotImplementedError

    @pytest.fixture
    def place(self, site: Site) -> Storage:
        return site.place

    @pytest.fixture
    def ask(self, site: Site, document: Representation) -> Any:
        # The date of a file of just now is no strong validator (RFC 9110, 8.8.2.2).
        path = document.storage.path(document.name)
        os.utime(path, (os.stat(path).st_mtime - 3600,) * 2)

        def ask(method: str = "GET", document: Representation = document, **headers: str) -> Answer:
            return self.represent(site, document, method, **headers)

        return ask

    def represent(
        self, site: Site, document: Representation, method: str, **headers: str
    ) -> Answer:
        """Ask for a document that is presented just so."""
        return site.represent(document, method, **headers)

    @pytest.fixture
    def link(self, site: Site) -> str:
        return self.links().make(site.name, FILENAME).url

    @pytest.fixture
    def expired(self, site: Site) -> str:
        return self.links(max_age=-3600, window=1).make(site.name, FILENAME).url

    @pytest.fixture
    def disposition(self) -> str:
        """Return how a document called FILENAME is presented."""
        return f"inline; filename=\"2026.pdf\"; filename*=UTF-8''{quote(FILENAME)}"

    @pytest.fixture
    def content(self, site: Site) -> bytes:
        with site.place.open(site.name) as file:
            return bytes(file.read())

    # Documents

    @pytest.mark.parametrize("name", STRANGE_NAMES)
    def test_a_strange_name_is_found(self, site: Site, name: str) -> None:
        name = f"events/programmes/{name}"
        with open(site.place.path(name), "wb") as file:
            file.write(CONTENT + name.encode())
        document = Representation(site.place, name, name, "private, no-cache")
        expected = (200, CONTENT + name.encode())
        for answer in (site.represent(document), site.ask(self.links().make(name).url)):
            assert (answer.status, answer.body) == expected
        assert site.represent(document, Range="bytes=0-3").body == CONTENT[:4]

    def test_a_public_document_may_be_kept_by_all(self, ask: Any, document: Any) -> None:
        public = replace(document, cache_control="public, max-age=60, immutable", public=True)
        for headers in ({}, {"Range": "bytes=0-1"}):
            answer = ask(document=public, **headers)
            assert answer.headers["Cache-Control"] == "public, max-age=60, immutable"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    def test_nothing_is_compressed(self, ask: Any) -> None:
        for headers in ({}, {"Range": "bytes=a-b"}):  # The second one is streamed by Django.
            plain, asked = ask(**headers), ask(**headers, Accept_Encoding="gzip, br, deflate")
            assert asked.body == CONTENT
            assert asked.fields() == plain.fields()

    def test_a_missing_file_is_404(self, ask: Any, document: Any) -> None:
        gone = replace(document, name=new_name("events/programmes/", "programme_file"))
        assert ask(document=gone).status == 404

    # Links

    def test_a_link_opens_the_document(
        self, site: Site, link: str, content: bytes, disposition: str
    ) -> None:
        answer = site.ask(link)
        assert (answer.status, answer.body) == (200, content)
        assert re.fullmatch(r"private, max-age=\d+, immutable", answer.headers["Cache-Control"])
        assert answer.headers["Content-Disposition"] == disposition
        assert answer.headers["Strict-Transport-Security"] == "max-age=86400"

    def test_a_link_with_download_saves_it(self, site: Site, link: str) -> None:
        disposition = site.ask(f"{link}&download=1").headers["Content-Disposition"]
        assert disposition.startswith("attachment; ")

    def test_a_part_of_a_link_arrives(self, site: Site, link: str, content: bytes) -> None:
        answer = site.ask(link, Range="bytes=3000000-")
        assert (answer.status, answer.body) == (206, content[3_000_000:])

    def test_curl_goes_on_where_a_download_stopped(
        self, site: Site, link: str, content: bytes, tmp_path: Path
    ) -> None:
        need(shutil.which("curl"), "curl")
        target = tmp_path / "begun.pdf"
        target.write_bytes(content[:1_000_000])
        known = ["--resolve", f"{HOST}:{site.https}:127.0.0.1", "--noproxy", "*"]
        trusted = ["--cacert", site.folder / "tls" / "fullchain.pem"]
        url = f"https://{HOST}:{site.https}{link}"
        written = ["-C", "-", "-o", target, "-w", "%{http_code} %{size_download}"]
        done = subprocess.run(
            ["curl", "-sSf", *known, *trusted, *written, url], check=True, stdout=subprocess.PIPE
        )
        assert done.stdout.decode() == f"206 {len(content) - 1_000_000}"
        assert target.read_bytes() == content

    def test_an_unchanged_document_is_304(self, site: Site, link: str) -> None:
        etag = site.ask(link, "HEAD").headers["ETag"]
        assert site.ask(link, If_None_Match=etag).status == 304

    def test_a_forged_link_is_403(self, site: Site, link: str) -> None:
        for forged in (link + "x", link.partition("?")[0], link.replace("expires=", "expires=9")):
            answer = site.ask(forged)
            assert (answer.status, codes(answer)) == (403, ["link_forged"])
            assert answer.headers["Cache-Control"] == "no-store"

    def test_an_expired_link_tells_the_permalink(self, site: Site, expired: str) -> None:
        answer = site.ask(expired)
        assert (answer.status, codes(answer)) == (410, ["link_expired"])
        assert json.loads(answer.body)["permalink"].startswith(f"{ORIGIN}/api/events/")

    def test_an_expired_link_opens_with_credentials(
        self, site: Site, expired: str, content: bytes
    ) -> None:
        answer = site.ask(expired, Authorization=CREDENTIALS)
        assert (answer.status, answer.body) == (200, content)
        assert site.ask(expired, Authorization="Basic eDp5").status == 410

    def test_a_removed_document_is_404(self, site: Site) -> None:
        name = new_name("events/programmes/", "programme_file")
        answer = site.ask(self.links().make(name, "a.pdf").url)
        assert (answer.status, codes(answer)) == (404, ["document_removed"])

    def test_a_document_whose_file_is_missing_is_404_for_program_and_person(
        self, site: Site
    ) -> None:
        event = created(site)
        target = path_of(event["programme_file"])
        site.place.delete(target.partition("?")[0].removeprefix("/media/"))
        answer = site.ask(target)
        assert (answer.status, codes(answer)) == (404, ["file_missing"])
        page = site.ask(target, Accept="text/html")
        assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")

    def test_a_permalink_is_delivered_and_asks_who_it_is(self, site: Site, content: bytes) -> None:
        [target] = {permalink_of(event) for event in listed(site) if event["name"] == "Summit"}
        answer = site.ask(target, Authorization=CREDENTIALS, Accept_Encoding="gzip, br, deflate")
        assert (answer.status, answer.body) == (200, content)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(re.split(", ?", answer.headers["Vary"]))
        assert site.ask(target).status == 401

    # Nothing else

    @pytest.mark.parametrize(
        "target",
        [
            "/_event_pdfs/{name}",
            "/%5Fevent_pdfs/{name}",
            "//_event_pdfs/{name}",
            "/media/../_event_pdfs/{name}",
            "/media/%2e%2e/_event_pdfs/{name}",
            "/media/..%2f_event_pdfs/{name}",
            "/media/{name}",
            "/media/{name}?signature=",
            "/media/events/programmes/",
            "/media/events/",
            "/media/",
            "/media/project_settings.py",
            "/media/../project_settings.py",
            "/media/events/..%2f..%2fproject_settings.py",
            "/media/events/programmes/..%2f..%2f..%2fproject_settings.py",
            "/media/events/programmes/%2e%2e/%2e%2e/%2e%2e/project_settings.py",
            "/media/events/programmes/%00",
            "/media/events/programmes/a%0d%0aX-Accel-Redirect:%20/_event_pdfs/a",
            "/media/events/programmes/%ff",
            "/static/../project_settings.py",
            "/static../project_settings.py",
        ],
    )
    def test_nothing_else_is_reachable(self, site: Site, target: str) -> None:
        answer = site.ask(target.format(name=site.name))
        assert answer.status in (400, 403, 404)
        assert b"%PDF" not in answer.body
        assert b"DATABASES" not in answer.body

    def test_encoded_slashes_open_no_other_document(self, site: Site, link: str) -> None:
        answer = site.ask(link.replace("programmes/", "programmes%2f"))
        assert answer.status in (200, 403, 404)  # The very same name, or nothing.
        assert site.ask(link.replace("programmes/", "guides%2f..%2fprogrammes/")).status != 200

    # The site

    def test_addresses_are_those_of_the_site(self, site: Site) -> None:
        for forged in ({}, {"X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example"}):
            for event in listed(site, **forged):
                assert event["programme_file"].startswith(f"{ORIGIN}/media/events/programmes/")
                permalink = event["documents"]["programme_file"]["permalink"]
                assert permalink.startswith(f"{ORIGIN}/api/events/")

    def test_a_client_cannot_say_where_it_comes_from(self, site: Site) -> None:
        forged = {"Proto": "http", "Host": "evil.example", "For": "192.0.2.1"}
        headers = {f"X_Forwarded_{name}": value for name, value in forged.items()}
        assert json.loads(site.ask("/said/", **headers).body) == {
            "secure": True,
            "host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "127.0.0.1",
        }

    def test_another_host_is_refused(self, site: Site) -> None:
        assert site.ask("/api/events/", Host="evil.example").status in (400, 421)

    def test_plain_http_leads_to_https(self, site: Site) -> None:
        answer = site.ask_plainly(site.http, "/api/events/?page=2")
        assert (answer.status, answer.headers["Location"]) == (301, f"{ORIGIN}/api/events/?page=2")

    def test_static_files_are_sent(self, site: Site) -> None:
        answer = site.ask("/static/site.css")
        assert (answer.status, answer.body) == (200, b"body {}")
        assert site.ask("/static/").status in (403, 404)

    def test_an_upload_arrives(self, site: Site) -> None:
        event = created(site, padding=3 * MEBIBYTE)
        opened = site.ask(path_of(event["programme_file"]))
        assert len(opened.body) == event["documents"]["programme_file"]["size"] > 3 * MEBIBYTE
        assert list((site.folder / "uploads").iterdir()) == []

    def test_an_upload_of_no_declared_length_is_answered(self, site: Site) -> None:
        [target] = {permalink_of(event) for event in listed(site) if event["name"] == "Summit"}
        answer = site.ask(
            target.replace("programme_file", "guide_file"),
            "PUT",
            iter([make_pdf(padding=MEBIBYTE)]),
            Authorization=CREDENTIALS,
            Content_Type="application/pdf",
        )
        assert answer.status in self.without_length

    def test_a_document_too_large_is_413_with_its_code(self, site: Site) -> None:
        answer = posted(site, make_pdf(padding=11 * MEBIBYTE))
        assert (answer.status, codes(answer, "programme_file")) == (413, ["too_large"])

    def test_a_request_too_large_is_413_in_json(self, site: Site) -> None:
        # Not written to its end: the answer comes at the head, and the connection closes.
        answer = site.ask(
            "/api/events/",
            "POST",
            Authorization=CREDENTIALS,
            Content_Type="multipart/form-data; boundary=x",
            Content_Length=str(26 * MEBIBYTE),
        )
        assert (answer.status, codes(answer)) == (413, ["too_large"])
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_refusal_before_the_body_is_read_arrives(self, site: Site) -> None:
        for _ in range(5):
            answer = site.ask(
                "/api/events/",
                "POST",
                b"x" * (20 * MEBIBYTE),
                Authorization="Basic eDp5",
                Content_Type="application/octet-stream",
            )
            assert answer.status == 401

    def test_a_linter_finds_what_is_explained_and_nothing_else(self, site: Site) -> None:
        def answer(target: str, method: str, headers: Any) -> Any:
            found = site.ask(target, method, **headers)
            return found.status, found.headers.items(), found.body

        # Of an event of its own: other tests store what is to be missing here.
        targets = addresses(site.name, permalink_of(created(site)), self.links)
        assert lint(answer, ORIGIN, targets, QUESTIONS) == explained(QUESTIONS)

    def test_the_admin_takes_a_form(self, site: Site) -> None:
        page = site.ask("/admin/login/")
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
        form = {"username": "root", "password": "x", "csrfmiddlewaretoken": token, "next": "/"}
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        answer = site.ask(
            "/admin/login/",
            "POST",
            urlencode(form).encode(),
            Cookie=cookie,
            Origin=ORIGIN,
            Content_Type="application/x-www-form-urlencoded",
        )
        assert answer.status == 302
        assert "Secure" in page.headers["Set-Cookie"]


def codes(answer: Answer, key: str = "detail") -> Any:
    return json.loads(answer.body)["codes"][key]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def permalink_of(event: Any) -> str:
    return path_of(event["documents"]["programme_file"]["permalink"])


def listed(site: Site, **headers: str) -> Any:
    answer = site.ask("/api/events/", Authorization=CREDENTIALS, **headers)
    return json.loads(answer.body)["results"]


def posted(site: Site, content: bytes) -> Answer:
    fields = {"name": "Marathon", "start_date": "2027-01-01T09:00:00Z"}
    lines = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}' for k, v in fields.items()]
    lines.append(
        'Content-Disposition: form-data; name="programme_file"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    head = "".join(f"--{BOUNDARY}\r\n{line}\r\n" for line in lines).removesuffix("\r\n")
    return site.ask(
        "/api/events/",
        "POST",
        head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(),
        Authorization=CREDENTIALS,
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
    )


def created(site: Site, **options: int) -> Any:
    answer = posted(site, make_pdf(**options))
    assert answer.status == 201, answer.body
    return json.loads(answer.body)
