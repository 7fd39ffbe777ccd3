"""Whatever a request holds: a coded 4xx in JSON, nothing stored, and no error in the log."""

import json
import logging
import os
import socket
import threading
from base64 import b64encode
from io import BytesIO

import pytest
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event

PDF = make_pdf()
NAME = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nSummit\r\n'
START = b'--x\r\nContent-Disposition: form-data; name="start_date"\r\n\r\n2026-12-01\r\n'
END = b"--x--\r\n"
MULTIPART = "multipart/form-data; boundary=x"


def part(
    filename: bytes = b'filename="a.pdf"',
    data: bytes = PDF,
    *,
    field: bytes = b"programme_file",
    headers: bytes = b"Content-Type: application/pdf\r\n",
) -> bytes:
    disposition = b'Content-Disposition: form-data; name="%s"; %s\r\n' % (field, filename)
    return b"--x\r\n" + disposition + headers + b"\r\n" + data + b"\r\n"


def post(api, *parts: bytes, content_type: str = MULTIPART):
    return api.post("/api/events/", b"".join(parts), content_type=content_type)


def put(api, event, data: bytes, tail: str = "", **headers: str):
    url = f"/api/events/{event.pk}/programme_file/{tail}"
    return api.generic("PUT", url, data, "application/pdf", headers=headers)


@pytest.fixture
def check(caplog, storage):
    """Return a function that says which codes a refusal has, after looking for what it left."""
    caplog.set_level(logging.DEBUG)

    def codes(response):
        assert 400 <= response.status_code < 500
        assert response["Content-Type"] == "application/json"
        assert storage.names() == set()
        assert not Event.objects.exclude(programme_file=None).exists()
        assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []
        return json.loads(response.content)["codes"]

    return codes


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty", id="0 bytes"),
        pytest.param(b"\r\n", "not_a_pdf", id="a line end"),
        pytest.param(pdfs.PNG, "not_a_pdf", id="PNG"),
        pytest.param(pdfs.WINDOWS_PROGRAM, "not_a_pdf", id="program"),
        pytest.param(pdfs.zip_with_pdf(), "not_a_pdf", id="ZIP with a PDF"),
        pytest.param(pdfs.truncated(), "damaged", id="truncated"),
        pytest.param(pdfs.false_streams(), "damaged", id="false streams"),
        pytest.param(pdfs.object_stream_bomb(), "too_complex", id="object stream bomb"),
        pytest.param(pdfs.xref_stream_bomb(), "too_complex", id="cross-reference stream bomb"),
        pytest.param(
            pdfs.one_page_listed(300_000), "too_many_pages", id="one page listed for ever"
        ),
        pytest.param(pdfs.assemble(start=10**30), "damaged", id="huge startxref"),
        pytest.param(pdfs.with_javascript(), "active_content", id="JavaScript"),
        pytest.param(make_pdf(password="x"), "encrypted", id="encrypted"),
        pytest.param(pdfs.encrypted_for_certificates(), "encrypted", id="for certificates"),
        pytest.param(pdfs.without_pages(), "no_pages", id="no pages"),
    ],
)
def test_a_bad_file_is_refused_in_a_form_and_raw(api, event, check, data, code):
    assert check(post(api, NAME, START, part(data=data), END)) == {"programme_file": [code]}
    assert check(put(api, event, data)) == {"programme_file": [code]}


@pytest.mark.parametrize(
    "filename", [b"......", b"..\x00..pdf", b"a.exe", b"a", b"a.pdf.", b".pdf", b"a.b" + b"x" * 250]
)
def test_a_bad_filename_is_refused(api, check, filename):
    response = post(api, NAME, START, part(b'filename="%s"' % filename), END)

    assert check(response) == {"programme_file": ["wrong_extension"]}


def test_a_file_input_without_a_name_is_an_untouched_one(api, storage):
    # As browsers send one that was left empty.
    response = post(api, NAME, START, part(b'filename=""', b""), END)

    assert (response.status_code, response.json()["programme_file"]) == (201, None)
    assert storage.names() == set()


# Django drops each of these parts without a word. The last are not UTF-8, and of no known encoding.
@pytest.mark.parametrize(
    "filename",
    [
        *(b'filename="%s"' % name for name in (b".", b"..", b"/", b"\x00", b"\xe2\x80\xae.")),
        b'filename="\xe9t\xe9.pdf"',
        b"filename*=klingon''x.pdf",
    ],
)
def test_a_file_whose_name_cannot_be_read_is_refused(api, storage, check, filename):
    response = post(api, NAME, START, part(filename), END)

    assert check(response) == {"detail": ["unnamed_part"]}
    assert (response.status_code, storage.names()) == (400, set())


def test_a_part_without_a_name_is_refused(api, check):
    for head in (b"", b"Content-Disposition: form-data\r\n", b"Content-Type: text/plain\r\n"):
        response = post(api, NAME, START, b"--x\r\n" + head + b"\r\nvalue\r\n", END)
        assert check(response) == {"detail": ["unnamed_part"]}


@pytest.mark.parametrize(
    ("filename", "status"),
    [
        (b"a." + b"x" * 300, 400),
        (b"a." + "大".encode() * 254, 400),
        (b"." + b"x" * 300 + b".pdf", 201),
        (b"a." + b"x" * 95 + b".pdf", 201),
    ],
)
def test_a_long_name_with_an_early_dot_is_answered_in_json(api, check, filename, status):
    response = post(api, NAME, START, part(b'filename="%s"' % filename), END)

    assert response.status_code == status
    assert status == 201 or check(response) == {"programme_file": ["wrong_extension"]}


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        (b'filename="' + "大".encode() * 200 + b'.pdf"', "大" * 65 + ".pdf"),
        (b'filename="a\x00b\x1b.pdf"', "ab.pdf"),
        ('filename="\u202efdp.\u2066a.pdf"'.encode(), "fdp.a.pdf"),
        (b'filename="../../a.pdf"', "a.pdf"),
        (b'filename="C:\\fakepath\\a.pdf"', "a.pdf"),
        (b"filename*=UTF-8''Programme%20%C3%A9t%C3%A9.pdf", "Programme été.pdf"),
        (b"filename*=UTF-8''a%00b%0Ac%2F..%2Fd.pdf", "d.pdf"),
        (b'filename="&lt;b&gt;.pdf"', "<b>.pdf"),
    ],
)
def test_an_odd_filename_is_cleaned(api, filename, shown):
    response = post(api, NAME, START, part(filename), END)

    assert response.json()["documents"]["programme_file"]["filename"] == shown


def test_two_files_for_one_field_are_refused(api, check):
    response = post(api, NAME, START, part(), part(b'filename="b.pdf"'), END)

    assert check(response) == {"programme_file": ["multiple_files"]}


def test_a_file_for_another_field_is_refused(api, check):
    file = part(field=b"start_date")

    assert list(check(post(api, NAME, file, END))) == ["start_date"]


def test_a_file_for_an_unknown_field_is_ignored(api, storage):
    response = post(api, NAME, START, part(field=b"logo"), END)

    assert response.status_code == 201
    assert storage.names() == set()


def test_text_for_a_document_is_refused(api, check):
    text = b'--x\r\nContent-Disposition: form-data; name="programme_file"\r\n\r\na.pdf\r\n'

    assert check(post(api, NAME, START, text, END)) == {"programme_file": ["not_a_file"]}


@pytest.mark.parametrize(
    "value", [7, True, ["a.pdf"], {"name": "a.pdf"}, "a.pdf", "https://example.com/a.pdf", "\x00"]
)
def test_json_that_is_no_document_is_refused(api, check, value):
    data = {"name": "a", "start_date": "2026-12-01", "programme_file": value}

    assert check(api.post("/api/events/", data)) == {"programme_file": ["not_a_file"]}


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: text/html\r\n",
        b"Content-Type: image/png; name=a.pdf\r\n",
        b"Content-Type: ;;;\r\n",
    ],
)
def test_a_part_declared_as_something_else_is_refused(api, check, headers):
    response = post(api, NAME, START, part(headers=headers), END)

    assert response.status_code == 201 or check(response) == {
        "programme_file": ["wrong_content_type"]
    }


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n",
        b"Content-Type: application/pdf\r\nContent-Length: 99999999999999999999\r\n",
        b"Content-Type: application/pdf\r\nContent-Length: abc\r\n",
        b"Content-Type: application/pdf; charset=\xff\r\n",
        b"X-" + b"y" * 2000 + b": z\r\n",
        b"",
    ],
)
def test_odd_headers_of_a_part_are_refused_or_harmless(api, check, headers):
    response = post(api, NAME, START, part(headers=headers), END)

    assert response.status_code == 201 or check(response)


@pytest.mark.parametrize(
    ("parts", "content_type"),
    [
        ((NAME, START, part(), END), "multipart/form-data"),
        ((NAME, START, part(), END), "multipart/form-data; boundary=y"),
        ((NAME, START, part(), END), "multipart/form-data; boundary=" + "x" * 300),
        ((NAME, START, part()), MULTIPART.replace("=x", "=\x01")),
        ((b"",), MULTIPART),
        ((b"\r\n" * 1000,), MULTIPART),
        ((b"--x",), MULTIPART),
        ((b"--x\r\n" * 1000,), MULTIPART),
        ((os.urandom(1000),), MULTIPART),
    ],
)
def test_a_broken_multipart_body_is_refused(api, check, parts, content_type):
    assert check(post(api, *parts, content_type=content_type))


@pytest.mark.parametrize("kept", [0, 1, 100, 500, 900])
def test_a_body_cut_off_by_the_connection_is_refused(api, check, kept):
    body = NAME + START + part() + part(field=b"guide_file") + END
    environment = {"wsgi.input": BytesIO(body[:kept]), "CONTENT_LENGTH": str(len(body))}
    response = api.post("/api/events/", content_type=MULTIPART, **environment)

    assert check(response) == {"detail": ["incomplete_body"]}
    assert not Event.objects.exists()


@pytest.mark.parametrize("tail", ["", "a.pdf", "%E5%A4%A7.pdf"])
def test_a_raw_body_cut_off_by_the_connection_is_refused(api, event, check, tail):
    # Cut where the rest would still be a PDF that opens.
    environment = {"wsgi.input": BytesIO(PDF), "CONTENT_LENGTH": str(len(PDF) + 1)}
    url = f"/api/events/{event.pk}/programme_file/{tail}"
    response = api.put(url, content_type="application/pdf", **environment)

    assert check(response) == {"detail": ["incomplete_body"]}


@pytest.mark.parametrize(
    "tail", ["......", ".", "a.exe", "a%00b", "%E2%80%AE", "a.pdf%0A.exe", "%FF"]
)
def test_a_bad_filename_in_the_path_is_refused(api, event, check, tail):
    assert check(put(api, event, PDF, tail))


@pytest.mark.parametrize(
    "disposition",
    [
        "attachment; filename=a.exe",
        'attachment; filename="' + "x" * 5000 + '"',
        "attachment; filename*=UTF-16''%FF",
        "attachment; filename*=nonsense''%FF.pdf",
        "attachment; filename*=utf-7''%2B2AA-.exe",
        "attachment; filename*=utf-7''%2B2AA-.pdf",
        "attachment; filename*=unicode_escape''%5Cud800.exe",
        "attachment; filename*=zlib''a.pdf",
        "attachment; filename*=a",
        'attachment; filename="\x00\x00"',
        ";;;=;",
        "\xff\xfe",
    ],
)
def test_a_bad_disposition_is_refused_or_harmless(api, event, check, disposition):
    response = put(api, event, PDF, **{"Content-Disposition": disposition})

    assert response.status_code == 201 or check(response)


@pytest.mark.parametrize(
    "limit",
    [{"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1}, {"DATA_UPLOAD_MAX_NUMBER_FILES": 0}],
    ids=["fields", "files"],
)
def test_too_many_parts_are_refused(api, check, settings, limit):
    for name, value in limit.items():
        setattr(settings, name, value)

    assert check(post(api, NAME, START, part(), END)) == {"detail": ["suspicious_request"]}


def test_a_title_that_no_database_takes_is_accepted(api):
    data = pdfs.with_raw_title(b"\x00\xfe" * 100)
    response = post(api, NAME, START, part(data=data), END)

    assert response.status_code == 201
    assert Event.objects.get().programme_file.facts is not None


def test_a_title_of_5_megabytes_is_cut(api):
    response = post(api, NAME, START, part(data=pdfs.with_raw_title(b"A" * 5_000_000)), END)

    assert response.status_code == 413 or len(Event.objects.get().programme_file.facts.title) == 300


@pytest.mark.parametrize("method", ["post", "put", "patch"])
@pytest.mark.parametrize("user", ["reader", "anonymous"])
def test_who_may_not_write_leaves_nothing(request, client, event, storage, method, user):
    sender = client if user == "anonymous" else request.getfixturevalue("reader")
    url = "/api/events/" if method == "post" else f"/api/events/{event.pk}/"
    body = NAME + START + part() + END

    response = sender.generic(method.upper(), url, body, MULTIPART)

    assert response.status_code in (401, 403)
    assert storage.names() == set()


@pytest.fixture
def exchange():
    """Return a function that sends bytes to a real server, ends its half, and reads the answer."""
    with WSGIServer(("127.0.0.1", 0), QuietHandler) as server:
        server.set_app(get_wsgi_application())

        def serve():
            server.handle_request()
            BaseDatabaseWrapper.close(connection)  # SQLite's own does nothing for one in memory.

        def send(data: bytes) -> bytes:
            thread = threading.Thread(target=serve)
            thread.start()
            with socket.create_connection(server.server_address, timeout=120) as client:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: client.recv(65536), b""))
            thread.join()
            return answer

        yield send


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("raw", [False, True])
def test_a_connection_that_ends_early_leaves_nothing(exchange, manager, event, storage, raw):
    path = f"/api/events/{event.pk}/programme_file/" if raw else "/api/events/"
    body = PDF if raw else NAME + START + part() + part(field=b"guide_file") + END
    head = (
        f"{'PUT' if raw else 'POST'} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: {'application/pdf' if raw else MULTIPART}\r\n"
        f"Authorization: Basic {b64encode(b'manager:x').decode()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    answer = exchange(head.encode() + body[:-40])

    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["codes"] == {"detail": ["incomplete_body"]}
    assert storage.names() == set()
    assert Event.objects.count() == 1


def test_a_good_request_after_all_that_is_stored(api, storage):
    data = {"name": "a", "start_date": "2026-12-01", "programme_file": upload()}

    assert api.post("/api/events/", data, format="multipart").status_code == 201
    assert storage.names() == {Event.objects.get().programme_file.name}
