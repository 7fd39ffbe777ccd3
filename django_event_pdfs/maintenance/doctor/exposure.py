"""Whether documents can be read or found without a link."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urljoin, urlsplit

from django.utils.encoding import escape_uri_path

from django_event_pdfs.conf import conf
from django_event_pdfs.maintenance.doctor.diagnosis import Outcome, problem, skipped
from django_event_pdfs.maintenance.doctor.opened import Opened
from django_event_pdfs.maintenance.doctor.visits import follow, origin_of, without_query

# Any: a list that is long may be read to a part only.
_NAMES = re.compile(rb"_[a-z2-7]{26}\.pdf")

_PUBLIC = "READ_ACCESS is public: everybody may read."


def not_public(document: Opened) -> Outcome | None:
    """The file at the storage's own address, without a signature."""
    if conf.read_access == "public" or not document.signed:
        return skipped(_PUBLIC if document.signed else "Links carry no signature.")
    for address in _addresses(document):
        reply = follow(address)
        if reply.status == 200 and document.content in reply.body:
            return problem(
                f"Whoever knows the name of a file reads it without a link: {address}",
                "Let the web server serve no folder of documents by itself (a location or an Alias "
                "of MEDIA_ROOT: mark it internal;), switch off public access to the bucket, or "
                "set READ_ACCESS to public if that is what is meant.",
            )
    return None


def not_listed(document: Opened) -> Outcome | None:
    """The folder of the documents, and the bucket."""
    for address in _listings(document):
        if _NAMES.search(follow(address).body):
            return problem(
                f"Anybody is told the names of all documents: {without_query(address)}",
                "Switch off the list: autoindex off; (nginx), Options -Indexes (Apache), no "
                "public s3:ListBucket, no public container (Azure).",
            )
    return None


def _addresses(document: Opened) -> set[str]:
    """Return the link and the storage's own address, both without a query."""
    found = {document.bare}
    with suppress(Exception):  # Not every storage has URLs.
        place = urlsplit(urljoin(document.site, document.storage.url(document.name)))
        if place.netloc:
            found.add(place._replace(query="").geturl())
    return found


def _listings(document: Opened) -> Iterator[str]:
    """Yield the folder of each address, and where it is in a store, the list of the bucket."""
    location = str(getattr(document.storage, "location", "")).strip("/")
    for address in _addresses(document):
        yield address.rpartition("/")[0] + "/"
        if document.ours and origin_of(address) == origin_of(document.url):
            continue
        for key in {document.name, f"{location}/{document.name}"}:
            path = f"/{escape_uri_path(key)}"
            if not address.endswith(path):
                continue
            # Of S3 and Google, and of Azure.
            bucket = address.removesuffix(path)
            yield f"{bucket}/?list-type=2&prefix={quote(key)}"
            yield f"{bucket}?restype=container&comp=list&prefix={quote(key)}"
