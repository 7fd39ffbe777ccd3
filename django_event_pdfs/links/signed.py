"""Signed links: the name, an expiry and an HMAC over both; verifying asks no database."""

import hashlib
import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.encoding import escape_uri_path

from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links.base import BaseLinks, Link, Verdict
from django_event_pdfs.links.mounts import file_mount, mounted_name

DAY = 24 * 60 * 60
MINUTE = 60

# Seconds a link lives, and the window its expiry is rounded up to, by READ_ACCESS. The window
# makes the text of a link the same for a day, so that caches and ETags hold.
LIFETIMES = {
    "public": (7 * DAY, DAY),  # where max_age makes links end
    "authenticated": (7 * DAY, DAY),
    "permission": (10 * MINUTE, 5 * MINUTE),
}

_SALT = b"django_event_pdfs.links.SignedLinks"
_SIGNED = ("expires", "filename", "signature")


class SignedLinks(BaseLinks):
    """Links of the form ``<mount><name>?expires=...&filename=...&signature=...``.

    ``expires`` is a Unix time in seconds. The signature is an HMAC-SHA256 (RFC 2104) of name,
    expiry and filename under a key derived from ``SECRET_KEY``; ``SECRET_KEY_FALLBACKS`` still
    verify. ``download=1`` is the one parameter that may be added.

    Options: ``max_age`` and ``window`` (``timedelta`` or seconds), ``base_url`` (absolute, for a
    media domain of its own and for links made outside a request), ``filename`` (False leaves the
    original filename out of links).
    """

    def __init__(
        self,
        *,
        max_age: timedelta | int | None = None,
        window: timedelta | int | None = None,
        base_url: str = "",
        filename: bool = True,
    ) -> None:
        self.max_age = max_age
        self.window = window
        self.base_url = base_url.rstrip("/") + "/" if base_url else ""
        self.filename = filename

    def make(self, name: str, filename: str = "") -> Link:
        expires = self._expiry()
        parameters = {} if expires is None else {"expires": str(expires)}
        if filename and self.filename:
            parameters["filename"] = filename
        unsigned = _canonical(name, parameters)
        signature = _sign(_key(settings.SECRET_KEY), unsigned)
        joint = "&" if parameters else ""
        url = f"{self._mount(name)}{unsigned}{joint}signature={signature}"
        return Link(url, None if expires is None else datetime.fromtimestamp(expires, UTC))

    def name_of(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
            name = self._name_at(unquote(parts.path))
            query = parse_qs(parts.query, keep_blank_values=True)
            return name if name and self.verify(name, query) else None
        except ValueError:  # No URL, or text that no encoding can take.
            return None

    def verify(self, name: str, query: Mapping[str, list[str]]) -> Verdict | None:
        values = single_values(query)
        if values is None or not _is_signed(name, values):
            return None
        return Verdict(values.get("filename"), self._remaining(values.get("expires")))

    def _expiry(self) -> int | None:
        """Return the Unix time at which a link made now expires, None for never."""
        if conf.read_access == "public" and self.max_age is None:
            return None
        # Whatever else the setting says, a link ends.
        max_age, window = LIFETIMES.get(conf.read_access, LIFETIMES["permission"])
        if self.max_age is not None:
            max_age = seconds(self.max_age)
            window = min(window, max_age)
        if self.window is not None:
            window = seconds(self.window)
        window = max(1, window)  # 0 is no window
        return -(-(int(time.time()) + max_age) // window) * window

    def _remaining(self, expires: str | None) -> int | None:
        if expires is None:
            # A link from a time when reading was public. It must not outlive that.
            return None if self._expiry() is None else 0
        return max(0, int(expires) - int(time.time()))

    def _mount(self, name: str) -> str:
        mount = self.base_url or file_mount(name)
        if mount is None:
            raise LinkUnavailable(
                f"No URL leads to {name!r}: include('django_event_pdfs.file_urls') in the URLconf."
            )
        return mount

    def _name_at(self, path: str) -> str | None:
        if self.base_url:
            prefix = unquote(urlsplit(self.base_url).path)
            return path.removeprefix(prefix) if path.startswith(prefix) else None
        return mounted_name(path)


def single_values(query: Mapping[str, list[str]]) -> dict[str, str] | None:
    """Return the signed parameters; None when one is repeated or unknown, so never ambiguous."""
    values = {key: given[0] for key, given in query.items() if len(given) == 1}
    unknown = values.keys() - {*_SIGNED, "download"}
    if unknown or len(values) != len(query) or values.pop("download", "1") != "1":
        return None
    return values


def _is_signed(name: str, values: dict[str, str]) -> bool:
    given = values.pop("signature", "")
    unsigned = _canonical(name, values)
    return any(constant_time_compare(_sign(key, unsigned), given) for key in _keys())


def _canonical(name: str, parameters: Mapping[str, str]) -> str:
    # Both halves are percent-encoded, so no name can pass for another name with parameters.
    return f"{escape_uri_path(name)}?{urlencode(sorted(parameters.items()))}"


def _sign(key: bytes, unsigned: str) -> str:
    digest = hmac.digest(key, unsigned.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _keys() -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield _key(secret)


@lru_cache(maxsize=16)
def _key(secret: str | bytes) -> bytes:
    """Derive a key of our own, so that no other signature of the host ever verifies here."""
    secret = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(secret, _SALT, hashlib.sha256)
