"""UploadLimit: how much of a body Django gets under ASGI, and what a client hears meanwhile."""

import asyncio
import os
import subprocess
import sys
from base64 import b64encode

import pytest
from asgiref.sync import async_to_sync
from django.core.asgi import get_asgi_application
from django.urls import include, path

from django_event_pdfs.asgi import UploadLimit
from django_event_pdfs.testing import make_pdf
from tests.testapp.models import Event

EVENTS = "/api/events/"
LIMIT = 20_000


class Client:
    """Calls an ASGI application with a body in pieces, and keeps what is read and sent."""

    def __init__(self, *pieces, path=EVENTS, method="POST", **headers):
        self.pieces = list(pieces)
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "query_string": b"",
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        }
        self.sent = []
        self.given = []

    async def receive(self):
        if not self.pieces:
            await asyncio.sleep(60)
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message):
        self.sent.append((message, len(self.pieces)))

    async def application(self, scope, receive, send):
        """Read the body, and answer as Django does: while it listens for a disconnect."""
        more = True
        while more:
            message = await receive()
            self.given.append(message["body"])
            more = message["more_body"]
        listening = asyncio.ensure_future(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"answer"})
        listening.cancel()

    def call(self, application=None):
        limited = UploadLimit(application or self.application)
        # Synchronous code runs in this thread then, with its connections, which a test closes.
        async_to_sync(limited)(self.scope, self.receive, self.send)
        return b"".join(self.given)


@pytest.fixture(autouse=True)
def policy(settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": LIMIT}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 0


def form_limit():
    return 2 * LIMIT + 64 * 1024


def raw(*pieces, **headers):
    address = f"{EVENTS}00000000-0000-0000-0000-000000000000/guide_file/"
    return Client(*pieces, path=address, method="PUT", **headers)


def test_a_body_within_the_limit_passes_as_it_is():
    pieces = [b"x" * form_limit(), b""]
    client = Client(*pieces)
    assert client.call() == pieces[0]
    assert [message for message, _left in client.sent] == [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"answer"},
    ]


def test_of_a_body_that_turns_out_too_long_one_byte_too_many_is_given():
    assert len(Client(b"x" * form_limit(), b"yyy", b"z").call()) == form_limit() + 1


def test_a_raw_document_has_the_limit_of_its_field():
    assert len(raw(*[b"x" * 9_999] * 3).call()) == LIMIT + 1


def test_of_a_body_that_is_declared_too_long_nothing_is_read():
    client = raw(b"x" * 99, content_length=str(LIMIT + 1))
    assert client.call() == b""


def test_the_answer_is_sent_before_the_rest_is_read_and_ended_after():
    client = raw(*[b"x" * LIMIT] * 5)
    client.call()
    (_start, _), (answer, left), (end, left_at_the_end) = client.sent
    assert (answer["body"], answer["more_body"], left) == (b"answer", True, 3)
    assert (end["body"], end["more_body"], left_at_the_end) == (b"", False, 0)


def test_a_client_that_never_ends_is_heard_for_a_while_only(monkeypatch):
    monkeypatch.setattr("django_event_pdfs.asgi.LINGER", 0.01)
    client = raw(b"x", content_length="99999999")
    client.pieces = []
    client.call()
    assert client.sent[-1][0] == {"type": "http.response.body", "body": b"", "more_body": False}


def test_a_client_that_goes_away_is_not_waited_for():
    client = raw(b"x", content_length="99999999")

    async def receive():
        return {"type": "http.disconnect"}

    client.receive = receive
    client.call()
    assert client.sent[-1][0]["more_body"] is False


@pytest.mark.parametrize(
    ("method", "address"),
    [("POST", "/elsewhere/"), ("POST", "/admin/login/"), ("GET", EVENTS), ("POST", "/media/x.pdf")],
)
def test_other_requests_are_left_alone(method, address):
    client = Client(b"x" * 999_999, b"y", path=address, method=method, content_length="99999999")
    assert len(client.call()) == 1_000_000


def test_no_limit_of_texts_is_no_limit_of_forms(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    assert len(Client(b"x" * 999_999).call()) == 999_999
    assert len(raw(b"x" * 999_999).call()) == LIMIT + 1


def test_a_site_below_a_path_is_found():
    client = raw(b"x" * 999_999)
    client.scope.update(root_path="/site", path=f"/site{client.scope['path']}")
    assert len(client.call()) == LIMIT + 1


urlpatterns = [path("<slug:tenant>/", include("django_event_pdfs.urls"))]


def test_an_api_below_a_parameter_is_found(settings):
    settings.ROOT_URLCONF = __name__
    assert len(Client(b"x" * 999_999, path="/north/events/").call()) == form_limit() + 1


def test_what_is_no_request_passes():
    calls = []

    async def application(scope, receive, send):
        calls.append(scope["type"])

    asyncio.run(UploadLimit(application)({"type": "lifespan"}, None, None))
    assert calls == ["lifespan"]


def test_it_is_imported_before_there_are_settings():
    unset = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", "import django_event_pdfs.asgi"], env=unset, check=True)


# With Django


@pytest.fixture
def django(manager):
    def answer(client):
        credentials = b"Basic " + b64encode(b"manager:x")
        client.scope["headers"] += [(b"authorization", credentials), (b"host", b"localhost")]
        client.call(get_asgi_application())
        (start, _), *bodies = client.sent
        return start["status"], b"".join(message["body"] for message, _left in bodies)

    return answer


@pytest.mark.django_db(transaction=True)
def test_a_body_of_no_declared_length_is_stored_when_it_is_within(django, event):
    client = Client(make_pdf(), path=f"{EVENTS}{event.pk}/guide_file/", method="PUT")
    status, _body = django(client)
    assert status == 201
    assert Event.objects.get().guide_file


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"content_length": str(10**9)}])
def test_a_body_that_is_too_long_is_413_with_its_code(django, event, headers):
    pieces = [b"x" * LIMIT] * 9
    address = f"{EVENTS}{event.pk}/guide_file/"
    status, body = django(Client(*pieces, path=address, method="PUT", **headers))
    assert (status, b'"too_large"' in body) == (413, True)
    status, body = django(Client(*pieces, **headers))
    assert (status, b'"too_large"' in body) == (413, True)
