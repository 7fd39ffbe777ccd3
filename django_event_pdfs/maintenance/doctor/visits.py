"""Requests to the site as its clients send them, and what they are answered.

``http.client``, for ``urllib`` follows redirects with credentials that browsers keep to themselves,
and hides what it was answered on the way.
"""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

TIMEOUT = 10.0  # seconds, of every wait and of a whole answer
MOST = 256 * 1024  # bytes of an answer; a probe has fewer
REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, read up to ``MOST`` bytes. ``moved`` says whether redirects led to it."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    moved: bool = False

    def header(self, name: str) -> str:
        """Return the values of a header as RFC 9110 (5.3) joins them, "" where it is not there."""
        return ", ".join(self.headers.get_all(name) or ())

    @property
    def origin(self) -> str:
        return origin_of(self.url)


class TooManyRedirects(OSError):
    """Redirects that lead nowhere. ``url`` is where the last one came from."""

    def __init__(self, url: str) -> None:
        super().__init__(f"it redirects more than {REDIRECTS} times")
        self.url = url


def ask(url: str, method: str = "GET", **headers: str) -> Reply:
    """Send one request; the dashes of a header's name are underscores.

    Raises:
        OSError: nothing answers, or not in time.
        http.client.HTTPException: what answers does not speak HTTP, or the URL is none.
    """
    parts = urlsplit(url)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"User-Agent": "django-event-pdfs doctor", "Connection": "close", **given}
    connection = _connection(parts)
    try:
        target = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="")
        connection.putrequest(method, target.geturl(), skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Reply(url, response.status, response.headers, _read(response))
    finally:
        connection.close()


def follow(url: str, **headers: str) -> Reply:
    """Send GET and follow redirects as browsers do: credentials stay with the origin.

    Raises:
        TooManyRedirects: it goes on and on.
        OSError, http.client.HTTPException: as :func:`ask`.
    """
    first = origin_of(url)
    moved = False
    for _ in range(REDIRECTS + 1):
        reply = ask(url, **headers)
        if reply.status not in MOVED or not reply.header("Location"):
            return Reply(reply.url, reply.status, reply.headers, reply.body, moved)
        url, moved = urljoin(url, reply.header("Location")), True
        if urlsplit(url).scheme not in ("http", "https"):
            raise OSError(f"it redirects to {without_query(url)}")
        if origin_of(url) != first:
            headers.pop("Authorization", None)
    raise TooManyRedirects(reply.url)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def without_query(url: str) -> str:
    """Return a URL without what opens it, to be shown."""
    return origin_of(url) + urlsplit(url).path


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    return kind(url.hostname or "", url.port, timeout=TIMEOUT)


def _read(response: http.client.HTTPResponse) -> bytes:
    """Read a body, though it may drip or never end."""
    deadline = time.monotonic() + TIMEOUT
    body = b""
    while len(body) < MOST and (part := response.read1(MOST - len(body))):
        body += part
        if time.monotonic() > deadline:
            raise TimeoutError("the answer does not end")
    return body
