"""Whether clients get documents from the real site: the probe's link is followed over HTTP."""

import logging
from collections.abc import Callable
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

from django.core.files.base import ContentFile

from django_event_pdfs.fields import PDFField
from django_event_pdfs.maintenance.doctor import answers, exposure, links, sites
from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    diagnose,
    merged,
    problem,
    skipped,
)
from django_event_pdfs.maintenance.doctor.opened import Opened, made_link
from django_event_pdfs.maintenance.doctor.opening import opens, unreachable
from django_event_pdfs.maintenance.doctor.probes import Probes, probe_pdf
from django_event_pdfs.maintenance.doctor.visits import follow, origin_of
from django_event_pdfs.naming import new_name

logger = logging.getLogger("django_event_pdfs")

_Asked = Callable[[Opened], Outcome | None]
_Question = tuple[str, _Asked]

# Right after the link was opened: what a cache has kept answers it.
QUICK: tuple[_Question, ...] = (("link_forged", links.forged),)
OF_A_FOLDER: tuple[_Question, ...] = (
    *QUICK,
    ("not_public", exposure.not_public),
    ("not_listed", exposure.not_listed),
)
# Web servers and caches treat all links alike, so those of one folder tell.
OF_ALL: tuple[_Question, ...] = (
    ("link_altered", links.altered),
    ("link_expired", links.expired),
    ("link_download", links.download),
    ("link_with_credentials", links.authorization),
    ("link_headers", answers.headers),
    ("link_not_compressed", answers.not_compressed),
    ("link_by_range", answers.ranges),
    ("link_unchanged", answers.unchanged),
    ("link_head", answers.head),
    ("only_https", sites.only_https),
    ("own_address", sites.own_address),
    ("clocks", sites.clocks),
)


def examine(case: Case) -> list[Diagnosis]:
    """Open a link of each folder, and ask the rest of the first that opened."""
    found: list[Diagnosis] = []
    further = () if case.quick else OF_ALL
    for folder, field in case.folders.items():
        diagnoses = _examine(case, folder, field, further)
        further = () if len(diagnoses) > 1 else further
        found += diagnoses
    return merged(found)


def examine_quickly(case: Case) -> list[Diagnosis]:
    """As :func:`examine`, of an address that was given: no other is asked in a health check."""
    return examine(case) if case.url else []


def _examine(
    case: Case, folder: str, field: PDFField, further: tuple[_Question, ...]
) -> list[Diagnosis]:
    opened: list[Opened] = []
    with Probes(case.storage) as probes:
        first = diagnose("link_opens", folder, lambda: _open(case, folder, field, probes, opened))
        if not opened:
            return [first]
        [document] = opened
        of_folder = QUICK if case.quick else OF_A_FOLDER
        found = [_ask(key, folder, question, document) for key, question in of_folder]
        site = origin_of(document.url)
        return [first, *found, *(_ask(key, site, question, document) for key, question in further)]


def _ask(key: str, subject: str, question: _Asked, document: Opened) -> Diagnosis:
    def ask() -> Outcome | None:
        try:
            return question(document)
        except (OSError, HTTPException) as error:
            return unreachable(error)

    return diagnose(key, subject, ask)


def _open(
    case: Case, folder: str, field: PDFField, probes: Probes, opened: list[Opened]
) -> Outcome | None:
    """Save two probes and follow the link of the first; where it opens, it is in ``opened``."""
    if wrong := _no_address(urljoin(case.url, made_link(new_name(folder, field.name)))):
        return wrong
    content, other = probe_pdf(), probe_pdf()
    try:
        name = probes.save(new_name(folder, field.name), ContentFile(content))
        sibling = probes.save(new_name(folder, field.name), ContentFile(other))
    except Exception:
        logger.debug("No probe was saved.", exc_info=True)
        return skipped("No file could be saved here: see writable.")
    url = urljoin(case.url, made_link(name))
    try:
        reply = follow(url)
    except (OSError, HTTPException) as error:
        return unreachable(error)
    wrong = opens(reply, content)
    if wrong is None:
        opened.append(Opened(case.storage, folder, name, content, sibling, case.url, url, reply))
    return wrong


def _no_address(url: str) -> Outcome | None:
    parts = urlsplit(url)
    if not parts.netloc:
        return skipped(_HINT)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return problem("This is no address of a site.", _ADDRESS)
    return None


_HINT = (
    "Give the address of the site, and the link of a document is opened there: "
    "--url https://example.org"
)
_ADDRESS = "Give the full address of the site: --url https://example.org"
