"""Whether the site is reached by https, under the name it thinks it has, and at the same time."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db.models import Model, QuerySet

from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.maintenance.doctor.diagnosis import Outcome, problem, skipped, warning
from django_event_pdfs.maintenance.doctor.opened import Opened, expired_link
from django_event_pdfs.maintenance.doctor.visits import ask, follow, origin_of
from django_event_pdfs.models import document_models

CLOCKS = timedelta(minutes=1)

_LOCAL = re.compile(r"localhost|127\.[\d.]+|\[?::1\]?")


def only_https(document: Opened) -> Outcome | None:
    """Links are tokens: who listens on the way may use them."""
    parts = urlsplit(document.site or document.url)
    if _LOCAL.fullmatch(parts.hostname or ""):
        return skipped("The site is on this machine.")
    if parts.scheme == "http":
        if urlsplit(document.first.url).scheme == "https":
            return None
        return warning("Links and documents travel unencrypted: the site is http.", _HTTPS)
    if urlsplit(document.first.url).scheme == "http":
        return problem("The link leads from https to http, where browsers stop.", _FORWARDED)
    return _plain(document) if parts.port in (None, 443) else skipped("It has a port of its own.")


def _plain(document: Opened) -> Outcome | None:
    parts = urlsplit(document.url)
    try:
        host = parts.netloc.rpartition("@")[2].removesuffix(":443")
        reply = ask(parts._replace(scheme="http", netloc=host).geturl())
    except (OSError, HTTPException):
        return None  # Nobody listens there: as good as a redirect.
    if reply.status != 200:
        return None
    return warning("Documents are also sent unencrypted, by http.", _HTTPS)


def own_address(document: Opened) -> Outcome | None:
    """An absolute URL that Django made of a request, in the answer to an expired link."""
    name = _any_document()
    expired = name and document.ours and expired_link(name)
    if not expired:
        return skipped("No document of an event has a link that could be made to expire.")
    reply = follow(urljoin(document.site, expired))
    found = _permalink(reply.body)
    if not found:
        return skipped("The answer to an expired link names no address.")
    if origin_of(found) == reply.origin:
        return None
    return problem(
        f"Django takes itself for {origin_of(found)}, and is {reply.origin}: the absolute URLs in "
        "its JSON are wrong.",
        _FORWARDED,
    )


def _permalink(body: bytes) -> str:
    try:
        answer: Any = json.loads(body)
        return str(answer.get("permalink") or "")
    except (ValueError, AttributeError):
        return ""


def _any_document() -> str | None:
    """Return the name of some event's document."""
    for model in document_models():
        for field in local_document_fields(model):
            name = _first_name(model, field.attname)
            if name:
                return name
    return None


def _first_name(model: type[Model], column: str) -> str | None:
    named = QuerySet[Any](model).exclude(**{column: None}).exclude(**{column: ""})
    return named.order_by().values_list(column, flat=True).first()


def clocks(document: Opened) -> Outcome | None:
    """The site's clock against that of this machine, which makes the links."""
    stamp = document.first.header("Date")
    try:
        there = parsedate_to_datetime(stamp)
    except (ValueError, TypeError):
        return skipped("The site does not tell the time.")
    # A cache answers with the time at which it was told.
    age = document.first.header("Age")
    there += timedelta(seconds=int(age) if age.isdigit() else 0)
    apart = abs(datetime.now(UTC) - there.replace(tzinfo=there.tzinfo or UTC))
    if apart <= CLOCKS:
        return None
    return warning(
        f"The clocks of the site and of this machine are {apart.total_seconds():.0f} seconds "
        "apart: links end too early or too late, and new ones of a store may be refused.",
        "Set both clocks by NTP.",
    )


_HTTPS = (
    "Redirect all of http to https (return 301 https://$host$request_uri; in nginx, or "
    "SECURE_SSL_REDIRECT), and examine https."
)
_FORWARDED = (
    "Let the web server hand on what the client asked for: proxy_set_header Host $host; and "
    "proxy_set_header X-Forwarded-Proto $scheme; and tell Django: SECURE_PROXY_SSL_HEADER = "
    '("HTTP_X_FORWARDED_PROTO", "https"), and USE_X_FORWARDED_HOST behind a second proxy.'
)
