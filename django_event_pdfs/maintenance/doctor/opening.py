"""Whether a link opens, and if not, why: by what was answered, or that nothing was."""

import http.client
import json
import ssl
from typing import Any

from django_event_pdfs.maintenance.doctor.diagnosis import Outcome, described, problem
from django_event_pdfs.maintenance.doctor.visits import Reply, TooManyRedirects


def unreachable(error: Exception) -> Outcome:
    """Say why nothing was answered, and what helps."""
    seen = f"The site does not answer: {described(error)}."
    if isinstance(error, TooManyRedirects):
        return problem(seen, _LOOP)
    if isinstance(error, ssl.SSLCertVerificationError):
        return problem(seen, _CERTIFICATE)
    if isinstance(error, http.client.HTTPException):
        return problem(seen, _NO_HTTP)
    return problem(seen, _REACH)


def opens(reply: Reply, content: bytes) -> Outcome | None:
    """Judge what a client was answered that followed a link to ``content``."""
    if reply.status == 200:
        return None if reply.body == content else _other_bytes(reply)
    seen = f"The link of a document that is there was answered {reply.status}{said(reply)}."
    return problem(seen, _cure(reply))


def _other_bytes(reply: Reply) -> Outcome:
    if reply.header("X-Accel-Redirect") or reply.header("X-Sendfile"):
        return problem(
            'EVENT_PDFS["DELIVERY"] leaves the file to a web server, and none acted on its header.',
            "Reach Django through the web server that is meant, set up as in "
            'example_project/deploy, or remove "DELIVERY": Django streams then.',
        )
    kind = reply.header("Content-Type") or "nothing"
    return problem(
        f"Something else than the document was answered, declared as {kind}.",
        "See that --url is the right site, that the path of links reaches Django (no catch-all "
        "page of a front end, no login page before it), and that nothing rewrites files.",
    )


def code_of(reply: Reply) -> str:
    """Return the code of a refusal in JSON by this package, "" for any other answer."""
    try:
        body: Any = json.loads(reply.body)
        return str(body["codes"]["detail"][0])
    except (ValueError, LookupError, TypeError):
        return ""


def said(reply: Reply) -> str:
    code = code_of(reply)
    where = "" if not reply.moved else f" by {reply.origin}, where it redirects"
    return f" ({code})" * bool(code) + where


def _cure(reply: Reply) -> str:
    return _BY_CODE.get(code_of(reply)) or _BY_STATUS.get(reply.status) or _LOGS


_LOOP = (
    "Tell Django that the client came by https: SECURE_PROXY_SSL_HEADER, and X-Forwarded-Proto set "
    "by the web server. Else it redirects to https again and again."
)
_CERTIFICATE = (
    "Give the site a certificate of its name that is not over, with the intermediate ones "
    "(fullchain.pem). One of an authority of your own: SSL_CERT_FILE=authority.pem."
)
_NO_HTTP = "See that --url names the web server: scheme, host and port."
_REACH = (
    "See that --url is right, its name resolves on this machine, the web server runs and answers, "
    "and no firewall stands between."
)
_LOGS = "See the logs of the web server and of the application behind it."
_BY_CODE = {
    "link_forged": "The site signs with another key, or something changes the query on its way. "
    "Give this command the settings of the site: SECRET_KEY, and EVENT_PDFS['LINKS'].",
    "link_expired": "Set the clocks of the site and of this machine by NTP.",
    "document_removed": "The site looks in another storage than this command. Give both the same "
    "settings (STORAGES), and the same disk or bucket.",
    "file_missing": "The site looks in another storage than this command. Give both the same "
    "settings (STORAGES), and the same disk or bucket.",
    "storage_unavailable": "The site cannot read its storage. See its log; examine as its user.",
}
_BY_STATUS = {
    400: "Put the name of the site into ALLOWED_HOSTS, and let the web server hand on the host "
    "that the client asked for: proxy_set_header Host $host;",
    401: "Something in front of Django asks for a password there. Links must open without: exempt "
    "their path.",
    403: "The web server refuses by itself. Let its user read the files and enter their folders, "
    "and see its log.",
    404: "The path of links does not reach Django, or the web server looks for the file elsewhere: "
    "see the alias of X-Accel-Redirect, a location that serves MEDIA_ROOT by itself, and, where "
    "the site is below a path, FORCE_SCRIPT_NAME.",
    502: "The application behind the web server does not run, or listens elsewhere.",
    503: "The application behind the web server does not take requests. See its log.",
    504: "The application behind the web server does not answer in time. See its log.",
}
