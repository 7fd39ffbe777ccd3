"""Whether nothing opens a document but its link as it was made, while it lasts."""

from django_event_pdfs.maintenance.doctor.diagnosis import Outcome, problem, skipped, warning
from django_event_pdfs.maintenance.doctor.opened import Opened
from django_event_pdfs.maintenance.doctor.opening import said
from django_event_pdfs.maintenance.doctor.visits import Reply, ask, follow

REFUSED = (403, 404, 410)


def forged(document: Opened) -> Outcome | None:
    """A signature that was altered, right after the link was opened: caches show here."""
    if not document.signed:
        return skipped(_UNSIGNED)
    replies = [follow(url) for url in (document.forged, document.bare)]
    if any(reply.status == 200 and document.content in reply.body for reply in replies):
        return problem(
            "A link whose signature was altered or left out opens the document, right after the "
            "genuine one did: something on the way ignores the query.",
            "Let the cache or CDN take the whole query into its key (proxy_cache_key $request_uri "
            'in nginx, "include all query strings" of a CDN) or keep nothing that is private; and '
            "let no location of the web server serve these files by itself.",
        )
    if ask(document.url).status >= 400:
        return problem(
            "A genuine link is refused once a forged one was: something on the way kept the "
            "refusal.",
            "Let the cache or CDN take the whole query into its key, and heed Cache-Control: "
            "no-store.",
        )
    return None if replies[0].status == 403 else _not_refused(replies[0])


def altered(document: Opened) -> Outcome | None:
    """The signature of one document on the path of another one."""
    if not document.signed:
        return skipped(_UNSIGNED)
    if follow(document.of_sibling).status != 200:
        return None
    return problem(
        "The link of one document opens another one, once its path is altered.",
        "Let what verifies links sign the path too: secure_link_md5 with $uri (nginx), or links "
        "of this package as they are.",
    )


def expired(document: Opened) -> Outcome | None:
    """A genuine link that ended an hour ago."""
    url = document.expired if document.signed else None
    if url is None:
        return skipped("Links end by their storage's rules, if they do: none was made of the past.")
    reply = follow(url)
    if reply.status in REFUSED:
        return None
    return problem(
        f"A link that ended an hour ago was answered {reply.status}{said(reply)}.",
        "Set the clock of the site by NTP, and let no cache in front keep documents for longer "
        "than Cache-Control says.",
    )


def download(document: Opened) -> Outcome | None:
    """``download=1``, which anybody may add."""
    if not document.ours:
        return skipped("Links are the storage's own, which take no download=1.")
    reply = follow(f"{document.url}&download=1")
    disposition = reply.header("Content-Disposition")
    if reply.status == 200 and disposition.startswith("attachment"):
        return None
    return problem(
        f"With download=1 the answer was {reply.status}, Content-Disposition: {disposition!r}.",
        "Let the cache or CDN take the whole query into its key, and let the web server hand "
        "through Content-Disposition (see the deploy files).",
    )


def authorization(document: Opened) -> Outcome | None:
    """Credentials for us, which a client sends along and a store must never see."""
    if not document.ours:
        return skipped("Links lead to the storage itself, for which no client has credentials.")
    reply = follow(document.url, Authorization="Bearer doctor")
    if reply.status == 200 and reply.body == document.content:
        return None
    return problem(
        "The link opens by itself, but not for a client that also sends Authorization: it was "
        f"answered {reply.status}{said(reply)}.",
        "Let nothing in front ask for other credentials there. Where the object store is reached "
        'below the same host name, let the proxy drop them: proxy_set_header Authorization "";',
    )


def _not_refused(reply: Reply) -> Outcome:
    return warning(
        f"A forged link opens nothing, but was answered {reply.status}{said(reply)}, not 403.",
        "Let the web server hand on what Django answers, with its status (no catch-all page, no "
        "proxy_intercept_errors).",
    )


_UNSIGNED = (
    "Links carry no signature: who has one may read, and they cannot be forged. See the check W032."
)
