"""Links that are the storage's own URLs: the web server, a CDN or the object store opens them."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import Storage

from django_event_pdfs.conf import conf
from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links.base import BaseLinks, Link, Verdict
from django_event_pdfs.naming import random_part
from django_event_pdfs.signed_urls import Presentation, url_signer
from django_event_pdfs.storage import document_storage

# As S3 and Google write moments (ISO 8601, basic format).
_BASIC = "%Y%m%dT%H%M%SZ"


class StorageLinks(BaseLinks):
    """Links that are what ``storage.url(name)`` says. Django does not serve them.

    They are signed, and expire, where the storage is set up so. Making one costs no request to it.

    Option: ``filename`` (False leaves the original filename out of signed ones).
    """

    def __init__(self, *, filename: bool = True) -> None:
        self.filename = filename

    def make(self, name: str, filename: str = "") -> Link:
        return self._make(name, filename)

    def make_download(self, name: str, filename: str = "") -> Link:
        """Return a link that downloads where the storage signs it, else one that opens."""
        return self._make(name, filename, download=True)

    def _make(self, name: str, filename: str, *, download: bool = False) -> Link:
        storage = document_storage()
        signer = url_signer(storage)
        if signer is None:
            return Link(url := _url(storage, name), expiry(url))
        last = name.rpartition("/")[2]
        # A download has a name in any case: there is no header without one.
        shown = (filename or last) if self.filename else last * download
        lifetime = signer.lifetime
        presentation = Presentation(shown, download, _cache_control(name, lifetime))
        url = signer.sign(name, presentation, lifetime)
        return Link(url, expiry(url))

    def name_of(self, url: str) -> str | None:
        """Return the name whose URL in storage has the scheme, host and path of ``url``."""
        storage = document_storage()
        try:
            place = urlsplit(url)
            before = unquote(urlsplit(storage.url("-")).path).removesuffix("-")
            name = unquote(place.path).removeprefix(before)
            # No name has controls, and databases choke on some.
            genuine = urlsplit(storage.url(name)) if name and min(name) >= " " else None
        except (ValueError, NotImplementedError, SuspiciousOperation):
            return None
        return name if genuine and _is_there(place, genuine) else None

    def verify(self, name: str, query: Mapping[str, list[str]]) -> Verdict | None:
        """Return None: what opens these links is not our view."""
        return None


def expiry(url: str) -> datetime | None:
    """Return when a signed URL of S3, CloudFront, Google or Azure expires, None for any other."""
    query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    try:
        for prefix in ("X-Amz", "X-Goog"):
            if f"{prefix}-Expires" in query:
                signed = datetime.strptime(query[f"{prefix}-Date"], _BASIC).replace(tzinfo=UTC)
                return signed + timedelta(seconds=int(query[f"{prefix}-Expires"]))
        if "Signature" in query and "Expires" in query:  # CloudFront, and S3 and Google of old
            return datetime.fromtimestamp(int(query["Expires"]), UTC)
        if "Signature" in query and "Policy" in query:
            return _policy_end(query["Policy"])
        if "sig" in query and "se" in query:  # Azure
            return datetime.fromisoformat(query["se"])
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
    return None


def _policy_end(policy: str) -> datetime:
    """Return when a custom policy of CloudFront ends."""
    encoded = policy.translate(str.maketrans("-_~", "+=/"))  # As CloudFront makes it fit for URLs.
    statement = json.loads(base64.b64decode(encoded))["Statement"][0]
    return datetime.fromtimestamp(statement["Condition"]["DateLessThan"]["AWS:EpochTime"], UTC)


def _url(storage: Storage, name: str) -> str:
    try:
        return storage.url(name)
    except (NotImplementedError, ValueError) as error:
        raise LinkUnavailable(f"{storage} has no URL for {name!r}: {error}") from error


def _cache_control(name: str, lifetime: int) -> str:
    """As our own view answers: a name that we chose is never reused, so its bytes never change."""
    scope = "public" if conf.read_access == "public" else "private"
    return f"{scope}, {f'max-age={lifetime}, immutable' if random_part(name) else 'no-cache'}"


def _is_there(place: SplitResult, genuine: SplitResult) -> bool:
    """Compare scheme, host and path; where the storage gives a path alone, nothing but that."""
    if genuine.netloc and place.netloc != genuine.netloc:
        return False
    if genuine.scheme and place.scheme != genuine.scheme:
        return False
    return unquote(place.path) == unquote(genuine.path)
