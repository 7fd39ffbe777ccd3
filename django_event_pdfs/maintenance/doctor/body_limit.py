"""Whether the web server in front takes bodies as large as documents may be.

It is told of a large body, and sent none of it: ``Expect: 100-continue`` (RFC 9110, 10.1.1).
"""

import http.client
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    described,
    diagnose,
    fine,
    problem,
    skipped,
    warning,
)

TIMEOUT = 10.0  # seconds, of every wait
AROUND = 64 * 1024  # bytes of a body that are no document: the other fields, and what parts them
SMALL = 1024
MEBIBYTE = 1024 * 1024

_TAKEN = frozenset({100, 200, 201, 401, 403, 415, 422, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, 0 where the connection was closed without one, None where none came in time."""

    status: int | None
    location: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return f"nothing within {TIMEOUT:.0f} seconds"
        return str(self.status) if self.status else "by closing the connection"


def examine(case: Case) -> list[Diagnosis]:
    """Announce the largest document, and all documents of one event in one request."""
    if not case.url:
        return [diagnose("body_limit", "", lambda: skipped(_HINT))]
    return [diagnose("body_limit", _shown(case.url), lambda: _examine(case), _ADDRESS)]


def _shown(url: str) -> str:
    """Return a URL without what nobody else should read."""
    return re.sub(r"//[^/?#]*@", "//", re.split(r"[?#]", url)[0])


def _examine(case: Case) -> Outcome:
    parts = urlsplit(case.api)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return problem("This is no address of a site.", _ADDRESS)
    try:
        return _announce_all(case)
    except OSError as error:
        return problem(f"The site cannot be reached: {described(error)}.", _REACH)


def _announce_all(case: Case) -> Outcome:
    small = announce(case.api, SMALL)
    if small.status not in _TAKEN:
        return _useless(small)
    for size in sorted({case.largest, max(case.largest, case.largest_event)}):
        answer = announce(case.api, size + AROUND)
        if answer.status is None:
            return _useless(answer)
        if answer.status not in _TAKEN:  # Not 413 alone: IIS says 404, others hang up.
            return _refused(size, answer, case)
    return fine(f"A body of {size + AROUND} bytes was announced, and not refused.")


def _refused(size: int, answer: Answer, case: Case) -> Outcome:
    limit = -(-(max(size, case.largest_event) + AROUND) // MEBIBYTE)
    cure = (
        f"Let the server in front take {limit} MiB: client_max_body_size {limit}m; (nginx), "
        f"LimitRequestBody {limit * MEBIBYTE} (Apache), maxAllowedContentLength (IIS), or the "
        'limit of a CDN or load balancer. Or lower EVENT_PDFS["MAX_SIZE"].'
    )
    seen = f"A body of {size + AROUND} bytes was announced, and the answer was {answer}."
    if size > case.largest:
        return warning(f"{seen} One document passes, all those of an event at once do not.", cure)
    return problem(f"{seen} Documents that EVENT_PDFS lets in never arrive.", cure)


def _useless(answer: Answer) -> Outcome:
    """Say what an answer means that has nothing to do with the size."""
    if answer.status is None:
        return skipped("The site says nothing to an upload before it came, so no limit was seen.")
    if answer.status >= 500 or not answer.status:
        return problem(
            f"The site does not work: it answered {answer}.",
            "See the logs of the web server and of the application behind it.",
        )
    return warning(f"Nothing takes documents there: it answered {answer}.", _ADDRESS)


def announce(url: str, length: int) -> Answer:
    """Announce a body to a URL, or to where that redirects, and return what is answered.

    Raises:
        OSError: the site cannot be reached.
    """
    answer = _announced(urlsplit(url), length)
    if answer.status in (301, 302, 303, 307, 308) and answer.location:
        target = urlsplit(urljoin(url, answer.location))
        if target.scheme in ("http", "https"):
            return _announced(target, length)
    return answer


def _announced(url: SplitResult, length: int) -> Answer:
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=TIMEOUT)
    try:
        connection.connect()
        connection.putrequest(
            "POST", url._replace(scheme="", netloc="", fragment="").geturl() or "/"
        )
        connection.putheader("Content-Type", "multipart/form-data; boundary=doctor")
        connection.putheader("Content-Length", str(length))
        connection.putheader("Expect", "100-continue")
        connection.putheader("User-Agent", "django-event-pdfs doctor")
        return _answer(connection)
    finally:
        connection.close()


def _answer(connection: http.client.HTTPConnection) -> Answer:
    try:
        connection.endheaders()
        # Not getresponse(), which waits on after "100 Continue".
        with connection.sock.makefile("rb") as file:
            line = file.readline(1024)
            headers = http.client.parse_headers(file)
    except TimeoutError:
        return Answer(None)
    except ConnectionError:
        return Answer(0)
    return Answer(_status(line), headers.get("Location", ""))


def _status(line: bytes) -> int:
    if not line:
        return 0
    match = re.match(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b", line)
    if not match:
        raise OSError("it does not speak HTTP/1.1 there")
    return int(match[1])


_HINT = (
    "Give the address of the site as its clients see it, and the web server is asked too: "
    "--url https://example.org"
)
_ADDRESS = "Give the full address of the event API: --url https://example.org/api/events/"
_REACH = (
    "See that the address is right, the web server runs, and its certificate is valid and "
    "complete (with the intermediate ones)."
)
