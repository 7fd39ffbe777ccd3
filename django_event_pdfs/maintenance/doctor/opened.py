"""A probe and its link, as the examinations of the web server ask for it."""

import copy
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urljoin, urlsplit

from django.core.files.storage import Storage
from django.utils.encoding import escape_uri_path

from django_event_pdfs.links import BaseLinks, get_links
from django_event_pdfs.maintenance.doctor.visits import Reply
from django_event_pdfs.signed_urls import url_signer

FILENAME = "Doctor 博士.pdf"  # Half of it in no alphabet that headers have.

_FIRST = "AB"  # Letters of every alphabet that signatures are written in.


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored file with its bytes, another one beside it, and the address of the site.

    ``site`` is an absolute URL, "" where none is known. ``first`` is what a client that followed
    the link was answered.
    """

    storage: Storage
    folder: str
    name: str
    content: bytes
    sibling: str
    site: str
    url: str
    first: Reply

    @property
    def ours(self) -> bool:
        """Whether the link is one that our own view, or nginx by our rules, verifies."""
        query = parse_qs(urlsplit(self.url).query, keep_blank_values=True)
        return get_links().verify(self.name, query) is not None

    @property
    def signed(self) -> bool:
        return self.ours or url_signer(self.storage) is not None

    @property
    def by_store(self) -> bool:
        """Whether the file came from another place than its link names: its headers are not ours.

        A redirect to the same path is none to a store: from http to https, or to "www".
        """
        return not self.ours or urlsplit(self.first.url).path != urlsplit(self.url).path

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def bare(self) -> str:
        """The link without its signature."""
        return self.parts._replace(query="").geturl()

    @property
    def forged(self) -> str:
        """The link with one letter of its signature changed."""
        pairs = self.parts.query.split("&")
        names = [pair.partition("=")[0].lower() for pair in pairs]
        at = next((i for i, name in enumerate(names) if _is_signature(name)), len(pairs) - 1)
        key, _, value = pairs[at].partition("=")
        first = _FIRST[value[:1] == _FIRST[0]]
        pairs[at] = f"{key}={first}{value[1:]}"
        return self.parts._replace(query="&".join(pairs)).geturl()

    @property
    def of_sibling(self) -> str:
        """The link with the path of the other file."""
        path = self.parts.path.replace(escape_uri_path(self.name), escape_uri_path(self.sibling))
        return self.parts._replace(path=path).geturl()

    @property
    def expired(self) -> str | None:
        """A link that ended an hour ago, None where this link maker makes no such link."""
        made = expired_link(self.name)
        return made and urljoin(self.site, made)


def made_link(name: str) -> str:
    """Return a link by the configuration: a path, or absolute.

    Raises:
        LinkUnavailable: no URL leads there.
    """
    return get_links().make(name, FILENAME).url


def expired_link(name: str) -> str | None:
    links = get_links()
    if not hasattr(links, "max_age") or not hasattr(links, "window"):
        return None
    past: BaseLinks = copy.copy(links)
    past.max_age, past.window = -3600, 1  # type: ignore[attr-defined]
    return past.make(name, FILENAME).url


def _is_signature(parameter: str) -> bool:
    return parameter in ("md5", "sig") or parameter.endswith("signature")
