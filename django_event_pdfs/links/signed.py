"""Signed links: the name, an expiry and an HMAC over both; verifying asks no database."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from urllib.parse import parse_qs, quote_plus, unquote, urlsplit

from django.utils.encoding import escape_uri_path

from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links.base import BaseLinks, Link, MakeLink, Verdict
from django_event_pdfs.links.mounts import file_mount, mounted_name
from django_event_pdfs.links.signatures import Signer, is_signature, signer

DAY = 24 * 60 * 60
MINUTE = 60

# Seconds a link lives, and the window its expiry is rounded up to, by READ_ACCESS. The window
# makes the text of a link the same for a day, so that caches and ETags hold.
LIFETIMES = {
    "public": (7 * DAY, DAY),  # where max_age makes links end
    "authenticated": (7 * DAY, DAY),
    "permission": (10 * MINUTE, 5 * MINUTE),
}

_MOST = 4096  # links that are remembered of one mount and one window, some 2 MB

_SIGNED = ("expires", "filename", "signature")

# What a URL holds as it is: all of a name that we chose, and of most filenames, but their blanks.
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")
_PLAIN_FILENAME = re.compile(r"[A-Za-z0-9_.~ -]*")


class SignedLinks(BaseLinks):
    """Links of the form ``<mount><name>?expires=...&filename=...&signature=...``.

    ``expires`` is a Unix time in seconds. The signature is an HMAC-SHA256 (RFC 2104) of name,
    expiry and filename under a key derived from ``SECRET_KEY``; ``SECRET_KEY_FALLBACKS`` still
    verify. ``download=1`` is the one parameter that may be added.

    Options: ``max_age`` and ``window`` (``timedelta`` or seconds), ``base_url`` (absolute, for a
    media domain of its own and for links made outside a request), ``filename`` (False leaves the
    original filename out of links).
    """

    parameters = frozenset({*_SIGNED, "download"})

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
        return self.maker()(name, filename)

    def maker(self) -> MakeLink:
        key, expires, keeps_filename = signer(), self._expiry(), self.filename
        link_below = cache(lambda folder: _signed(key, expires, self._mount(folder)).link)

        def make(name: str, filename: str = "") -> Link:
            link: Callable[[str, str | None], Link] = link_below(name[: name.rfind("/") + 1])
            return link(name, filename if filename and keeps_filename else None)

        return make

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

    def _mount(self, folder: str) -> str:
        mount = self.base_url or file_mount(folder)
        if mount is None:
            raise LinkUnavailable(
                f"No URL leads to {folder!r}: include('django_event_pdfs.file_urls') in a URLconf."
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
    unknown = values.keys() - SignedLinks.parameters
    if unknown or len(values) != len(query) or values.pop("download", "1") != "1":
        return None
    return values


def _is_signed(name: str, values: dict[str, str]) -> bool:
    dated = f"expires={quote_plus(values['expires'])}" if "expires" in values else ""
    unsigned = _canonical(name, dated, values.get("filename"))
    return is_signature(values.get("signature", ""), unsigned)


def escape_name(name: str) -> str:
    """Return a name as it stands in a path, as ``escape_uri_path`` writes it."""
    return name if _PLAIN.fullmatch(name) else escape_uri_path(name)


class _Signed:
    """Links of one mount that end at one moment, remembered.

    A page of events is read by thousands, and its links are the same for all of them.
    """

    def __init__(self, key: Signer, expires: int | None, mount: str) -> None:
        self._key, self._mount = key, mount
        self._dated = "" if expires is None else f"expires={expires}"
        self._expires_at = None if expires is None else datetime.fromtimestamp(expires, UTC)
        self._known: dict[str, tuple[str | None, Link]] = {}

    def link(self, name: str, filename: str | None) -> Link:
        """Return the link to a name."""
        known = self._known.get(name)
        if known is None or known[0] != filename:
            known = (filename, Link(self._mount + self._sign(name, filename), self._expires_at))
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[name] = known
        return known[1]

    def _sign(self, name: str, filename: str | None) -> str:
        unsigned = _canonical(name, self._dated, filename)
        joint = "&" if self._dated or filename else ""
        return f"{unsigned}{joint}signature={self._key.sign(unsigned)}"


_signed = lru_cache(maxsize=8)(_Signed)


def _canonical(name: str, dated: str, filename: str | None) -> str:
    # All is percent-encoded, so no name can pass for another name with parameters.
    text = f"{escape_name(name)}?{dated}"
    if filename is None:
        return text
    return f"{text}{'&' if dated else ''}filename={_escape_filename(filename)}"


def _escape_filename(filename: str) -> str:
    """Return a filename as it stands in a query, as ``quote_plus`` writes it."""
    is_plain = _PLAIN_FILENAME.fullmatch(filename)
    return filename.replace(" ", "+") if is_plain else quote_plus(filename)
