"""What a linter of HTTP finds wrong with answers, and what the documentation says of that."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django_event_pdfs.links import BaseLinks, SignedLinks
from django_event_pdfs.naming import new_name
from tests.pages import DOCS, rows, section
from tests.servers.serving import need

SIGNED_IN = "Basic " + b64encode(b"root:x").decode()

# Asks for a target with a method and headers; returns status, header fields and body.
Ask = Callable[[str, str, Mapping[str, str]], tuple[int, Iterable[tuple[str, str]], bytes]]


@dataclass(frozen=True)
class Question:
    """A request for one of the addresses of :func:`addresses`, and the status of its answer."""

    address: str
    status: int
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return "permalink" if self.address.endswith("permalink") else "link"


PART = {"Range": "bytes=5-70000"}
PAST_THE_END = {"Range": "bytes=9999999-"}
HTML = {"Accept": "text/html"}

OF_A_DOCUMENT = [
    Question(address, *request)
    for address in ("link", "permalink")
    for request in (
        (200,),
        (200, "HEAD"),
        (200, "GET", {"Accept-Encoding": "gzip"}),
        (206, "GET", PART),
        (416, "GET", PAST_THE_END),
        (304, "GET", {"If-None-Match": "*"}),
        (412, "GET", {"If-Match": '"other"'}),
    )
]
# What is answered instead of a document, whatever delivers it.
REFUSALS = [
    Question("forged", 403),
    Question("forged", 403, "HEAD"),
    Question("forged", 403, "GET", HTML),
    Question("expired", 410),
    Question("expired", 410, "GET", HTML),
    Question("expired", 410, "HEAD"),
    Question("link", 405, "POST"),
    Question("anonymous permalink", 401),
    Question("empty permalink", 404),
]
QUESTIONS = [*OF_A_DOCUMENT, Question("download", 200), Question("removed", 404), *REFUSALS]
# Of a store that signs URLs.
REDIRECTED = [
    Question(address, *request)
    for address in ("link", "permalink")
    for request in (
        (302,),
        (302, "GET", PART),
        (200, "HEAD"),
        (304, "GET", {"If-None-Match": "*"}),
        (412, "GET", {"If-Match": '"other"'}),
    )
] + [Question("download", 302), *REFUSALS]


def addresses(
    name: str, permalink: str, links: Callable[..., BaseLinks] = SignedLinks
) -> dict[str, str]:
    """Return paths of all kinds, of a document that is stored under a name."""
    link = links().make(name, "議程 2026.pdf").url
    removed = new_name("events/programmes/", "programme_file")
    path = urlsplit(permalink).path
    return {
        "link": link,
        "download": f"{link}&download=1",
        "forged": f"{link}x",
        "removed": links().make(removed, "a.pdf").url,
        "expired": links(max_age=-3600, window=1).make(name, "a.pdf").url,
        "permalink": path,
        "anonymous permalink": path,
        "empty permalink": path.replace("programme_file", "guide_file"),
    }


def lint(
    ask: Ask, origin: str, targets: Mapping[str, str], questions: Iterable[Question]
) -> set[tuple[str, str, int]]:
    """Return what is found: each finding with the kind of address and the status."""
    need(find_spec("httplint"), "httplint")
    found = set()
    for question in questions:
        signed = question.kind == "permalink" and "anonymous" not in question.address
        headers = {**question.headers, **({"Authorization": SIGNED_IN} if signed else {})}
        target = targets[question.address]
        status, fields, body = ask(target, question.method, headers)
        assert status == question.status, question
        notes = findings(origin + target, question.method, headers, status, fields, body)
        found |= {(note, question.kind, status) for note in notes}
    return found


def explained(questions: Iterable[Question]) -> set[tuple[str, str, int]]:
    """Return what the documentation explains of these questions' answers, as :func:`lint` does."""
    asked = {(question.kind, question.status) for question in questions}
    return {found for found in documented() if found[1:] in asked}


def documented() -> set[tuple[str, str, int]]:
    table = rows(section(DOCS / "reference" / "headers.md", "What a linter says"))
    return {
        (finding, kind, int(status))
        for finding, where, *_reason in table
        for kind, statuses in re.findall(r"([a-z]+) ((?:\d{3}(?:, )?)+)", where)
        for status in re.findall(r"\d{3}", statuses)
    }


def findings(
    url: str, method: str, headers: Mapping[str, str], status: int, fields: Any, body: bytes
) -> set[str]:
    from httplint import HttpRequestLinter, HttpResponseLinter, levels

    asked = HttpRequestLinter()
    asked.process_request_topline(method.encode(), url.encode(), b"1.1")
    asked.process_headers([(k.encode(), v.encode()) for k, v in headers.items()])
    asked.finish_content(True)
    linter = HttpResponseLinter(no_content=method == "HEAD", _related=asked)
    linter.base_uri = url
    linter.process_response_topline(b"1.1", str(status).encode())
    linter.process_headers([(k.encode(), v.encode()) for k, v in fields])
    linter.feed_content(body)
    linter.finish_content(True)
    bad = [note for note in linter.notes if note.level in (levels.BAD, levels.WARN)]
    return {type(note).__name__ for note in bad}
