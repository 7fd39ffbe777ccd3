"""Hostile files, sent at once to a real server: its worker answers each and lives on."""

import base64
import hashlib
import http.client
import importlib.util
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.hostile import Case, cases
from tests.pdf.processes import children, state, wait_until, workers
from tests.servers.serving import Server, need, prepare, running

# The worst of each theme, and some that are good.
NAMES = [
    *("bomb-content-flate", "bomb-metadata-flate-10-times", "pack-of-dictionaries-with-action"),
    *("pack-bomb-flate-with-page", "pack-bomb-lzw-with-nothing", "packs-of-60-mebibytes"),
    *("packs-of-3-mebibytes", "table-bomb-flate", "table-bomb-tiff-of-one-column"),
    *("table-entries-used-1m", "table-chain-of-15000-by-3", "table-chain-of-lzw"),
    *("table-of-400000-rows", "catalog-of-numbers", "trailer-of-dictionaries", "updates-50000"),
    *("pages-loop", "pages-one-listed-1000000-times", "pages-60000-packed", "loop-prev"),
    *("deep-dictionaries", "deep-next", "count-60000-active-last", "spam-streams"),
    *("spam-numbered-streams", "spam-numbered-open-strings", "spam-numbered-objects"),
    *("spam-fill-references-in-the-catalog", "spam-headers-in-a-good-file"),
    *("polyglot-zip-that-holds-a-pdf", "polyglot-html-in-front", "cut-plain-at-50"),
    *("mutated-compact-3", "encrypted-aes-256-to-open", "encrypted-broken-empty"),
    *("active-launch-in-encrypted-object-stream", "active-javascript-in-names-kids"),
    *("address-javascript", "active-attachment-names", "active-xfa-packets"),
    *("hidden-by-deep-arrays", "hidden-by-an-index-beyond", "harmless-plain", "harmless-form"),
    *("harmless-linearised", "harmless-signature", "harmless-pages-500"),
    *("encrypted-aes-256-to-restrict", "encrypted-aes-128-packed"),
]


@dataclass
class Answer:
    case: Case
    sha256: str
    status: int
    retry_after: str | None
    codes: set[str]


@pytest.fixture(scope="module", params=["gunicorn-sync", "gunicorn"])
def server(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    need(importlib.util.find_spec("gunicorn"), "gunicorn")
    need(Path("/proc/self/status").exists(), "/proc")
    root = tmp_path_factory.mktemp("hostile")
    with running(request.param, root, prepare(root)) as server:
        yield server


@pytest.fixture(scope="module")
def worker(server: Server) -> int:
    assert ask(server, "GET", "/api/events/")[0] == 200
    [worker] = children(server.pid)
    return worker


@pytest.fixture(scope="module")
def answers(server: Server, worker: int) -> list[Answer]:
    """Return the answers to all the files, sixteen sent at once."""
    by_name = {case.name: case for case in cases()}
    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(lambda name: send(server, by_name[name]), NAMES))


def send(server: Server, case: Case) -> Answer:
    content = case.make()
    file = SimpleUploadedFile("a.pdf", content, "application/pdf")
    data = {"name": case.name, "start_date": "2026-12-01T09:00:00Z"}
    body = encode_multipart(BOUNDARY, {**data, "programme_file": file})
    status, headers, answer = ask(server, "POST", "/api/events/", body, MULTIPART_CONTENT)
    codes = {code for codes in json.loads(answer).get("codes", {}).values() for code in codes}
    sha256 = hashlib.sha256(content).hexdigest()
    return Answer(case, sha256, status, headers.get("Retry-After"), codes or {"accepted"})


def ask(
    server: Server, method: str, path: str, body: bytes = b"", content_type: str = ""
) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    credentials = base64.b64encode(b"root:x").decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": content_type}
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    return response.status, response.headers, answer


def test_each_file_gets_its_answer(answers: list[Answer]) -> None:
    busy = [a for a in answers if a.status == 503]
    wrong = [a for a in answers if a not in busy and not a.codes <= a.case.codes]

    assert [(a.case.name, a.codes) for a in wrong] == []
    assert [a for a in busy if a.codes != {"busy"} or not a.retry_after] == []
    assert {a.status for a in answers} - {201, 400, 413, 503} == set()
    assert len(busy) < len(answers) / 2


def test_only_what_was_accepted_is_stored(server: Server, answers: list[Answer]) -> None:
    accepted = {a.sha256 for a in answers if a.status == 201}
    stored = [path for path in (server.root / "media").rglob("*") if path.is_file()]
    sums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in stored}
    [prepared] = sums - accepted

    assert sums == accepted | {prepared}


def test_the_worker_is_the_same_and_small(
    server: Server, worker: int, answers: list[Answer]
) -> None:
    assert children(server.pid) == {worker}
    assert peak(worker) < 300
    # Who ended a moment ago is buried a moment later.
    wait_until(lambda: "Z" not in map(state, children(worker) | workers(worker)))


def peak(pid: int) -> int:
    """Return the most memory that a process had, in mebibytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0]) // 1024


def test_the_log_tells_of_no_accident(server: Server, answers: list[Answer]) -> None:
    log = (server.root / f"{server.kind}.log").read_text()

    assert not re.search(r"Traceback|WORKER TIMEOUT|SIGKILL", log)
