"""Whether a document's headers arrive as they were sent, and parts of it and conditions work."""

from collections.abc import Mapping

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import get_delivery
from django_event_pdfs.delivery.headers import protective_headers
from django_event_pdfs.disposition import content_disposition
from django_event_pdfs.maintenance.doctor.diagnosis import Outcome, problem, skipped, warning
from django_event_pdfs.maintenance.doctor.opened import FILENAME, Opened
from django_event_pdfs.maintenance.doctor.visits import Reply, ask, follow
from django_event_pdfs.naming import random_part

COMPRESSIONS = "gzip, deflate, br, zstd"

_BY_STORE = "The object store answers, with headers of its own."


def headers(document: Opened) -> Outcome | None:
    """Every header of the contract, on a whole document."""
    reply = document.first
    lost = _differing(reply, _of_any(document) | ({} if document.by_store else _of_ours(document)))
    if lost:
        return _lost(lost)
    if not document.by_store:
        lost = [text for text in (_disposition(reply, document), _cache_control(reply)) if text]
    return _lost(lost) if lost else None


def not_compressed(document: Opened) -> Outcome | None:
    """A compressed document has no ranges, and is hardly smaller."""
    reply = follow(document.url, Accept_Encoding=COMPRESSIONS)
    encoding = reply.header("Content-Encoding")
    if not encoding or encoding == "identity":
        return None
    return warning(
        f"Documents are compressed ({encoding}) on their way, though PDFs are compressed already: "
        "viewers cannot open them from the middle.",
        "Take application/pdf out of gzip_types (nginx), AddOutputFilterByType (Apache) and what "
        "the CDN compresses.",
    )


def ranges(document: Opened) -> Outcome | None:
    """A part of a document, as viewers ask for it."""
    size = len(document.content)
    start = size // 2
    reply = follow(document.url, Range=f"bytes={start}-{start + 99}")
    right = f"bytes {start}-{start + 99}/{size}"
    part = document.content[start : start + 100]
    if (reply.status, reply.header("Content-Range"), reply.body) == (206, right, part):
        return None
    return warning(
        f"A part of a document was asked for, and the answer was {reply.status}, Content-Range: "
        f"{reply.header('Content-Range')!r}, {len(reply.body)} bytes. Viewers load all before they "
        "show a page.",
        "Let the web server or CDN hand on Range and If-Range, and compress no PDFs.",
    )


def unchanged(document: Opened) -> Outcome | None:
    """304 to who has the document already."""
    etag = document.first.header("ETag")
    if not etag:
        return warning("A document comes without an ETag, so it is always sent anew.", _HAND_ON)
    reply = follow(document.url, If_None_Match=etag)
    if reply.status == 304 and not reply.body:
        return None
    return warning(
        f"To who has the document already the answer was {reply.status}, not 304: it is sent anew.",
        "Let the web server hand on If-None-Match, and ETag as Django sent it (see the deploy "
        "files).",
    )


def head(document: Opened) -> Outcome | None:
    """HEAD, which says what GET would."""
    if document.by_store:
        return skipped(_BY_STORE)
    reply = ask(document.first.url, "HEAD")
    size = str(len(document.content))
    if reply.status == 200 and not reply.body and reply.header("Content-Length") == size:
        return None
    return warning(
        f"HEAD was answered {reply.status}, Content-Length: {reply.header('Content-Length')!r}. "
        "Clients that ask first how large a document is do not learn it.",
        "Let the web server or CDN hand on HEAD as it is.",
    )


def _of_any(document: Opened) -> dict[str, str]:
    """Return what an object store is told to answer, too."""
    return {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(document.content)),
        "Accept-Ranges": "bytes",
    }


def _of_ours(document: Opened) -> dict[str, str]:
    public = conf.read_access == "public"
    ancestors = get_delivery().frame_ancestors
    return {
        "ETag": f'"{random_part(document.name)}"',
        **protective_headers(ancestors, public=public),
    }


def _differing(reply: Reply, expected: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {reply.header(name) or 'missing'}"
        for name, value in expected.items()
        if reply.header(name) != value
    ]


def _disposition(reply: Reply, document: Opened) -> str:
    """Return what is wrong with Content-Disposition, "" for nothing.

    nginx, where it checks links alone, cannot make a name for clients that know no filename*.
    """
    found = reply.header("Content-Disposition")
    shown = FILENAME if "filename=" in document.parts.query else document.name.rpartition("/")[2]
    kind, *_names, name = content_disposition(shown, download=False).split("; ")
    right = found.startswith(f"{kind}; ") and found.endswith(f"; {name}")
    return "" if right else f"Content-Disposition: {found or 'missing'}"


def _cache_control(reply: Reply) -> str:
    """Return what is wrong with Cache-Control, "" for nothing."""
    found = reply.header("Cache-Control")
    scope = "public" if conf.read_access == "public" else "private"
    parts = {part.strip() for part in found.split(",")}
    right = {scope, "immutable"} <= parts and any(p.startswith("max-age=") for p in parts)
    return "" if right else f"Cache-Control: {found or 'missing'}"


def _lost(lost: list[str]) -> Outcome:
    return problem(f"Headers were lost or changed on their way: {'; '.join(lost)}.", _HAND_ON)


_HAND_ON = (
    "Let the web server hand on what Django sent. nginx drops most headers of an X-Accel answer: "
    "each needs an add_header, as in example_project/deploy. Set none of them there yourself."
)
