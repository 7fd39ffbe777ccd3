"""Uploads to real servers: verdicts many at a time, and no process that outlives its server."""

import http.client
import importlib.util
import io
import json
import os
import signal
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.pdf.processes import children, family, forkers, state, wait_until
from tests.servers import serving
from tests.servers.serving import Server, need, prepare, running

_GUNICORN = ["gunicorn", "--bind=127.0.0.1:{port}", "--timeout=300", "--graceful-timeout=5"]
_WSGI = "django.core.wsgi:get_wsgi_application()"

COMMANDS = {
    "gunicorn sync": [*_GUNICORN, "--workers=2", _WSGI],
    "gunicorn gthread": [*_GUNICORN, "--threads=4", _WSGI],
    "gunicorn preloaded": [
        *_GUNICORN,
        "--preload",
        "--workers=2",
        "--threads=2",
        "tests.servers.test_isolation:application_that_inspects()",
    ],
    "runserver reloading": ["django", "runserver", "--skip-checks", "127.0.0.1:{port}"],
    "runserver": serving.COMMANDS["runserver"],
    "uvicorn": serving.COMMANDS["uvicorn"],
}

UPLOADS = [(make_pdf(pages=2), None), (pdfs.truncated(), "damaged"), (pdfs.HTML, "not_a_pdf")]


def application_that_inspects() -> Any:
    """Return the application after an inspection in the process that is to fork."""
    from django.core.wsgi import get_wsgi_application

    from django_event_pdfs.pdf import inspect

    application = get_wsgi_application()
    assert inspect(io.BytesIO(pdfs.truncated())).refusal
    return application


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    need(Path("/proc/self/fd").exists(), "/proc")
    root = tmp_path_factory.mktemp("isolation")
    return root, prepare(root)


@pytest.fixture(params=COMMANDS)
def server(
    request: Any, place: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    module = COMMANDS[request.param][0]
    need(importlib.util.find_spec(module), module)
    monkeypatch.setitem(serving.COMMANDS, request.param, COMMANDS[request.param])
    with running(request.param, *place) as server:
        yield server
    assert "Traceback" not in (server.root / f"{server.kind}.log").read_text()


def send(server: Server, method: str, target: str, body: bytes = b"") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    headers = {"Authorization": "Basic " + b64encode(b"root:x").decode()}
    if body:
        headers["Content-Type"] = "application/pdf"
    connection.request(method, target, body or None, headers)
    response = connection.getresponse()
    status, answer = response.status, response.read()
    connection.close()
    return status, json.loads(answer)


def upload(server: Server, data: bytes) -> str | None:
    """Send a file and return the code of its refusal."""
    _, events = send(server, "GET", "/api/events/")
    target = f"/api/events/{events['results'][0]['id']}/guide_file/"
    status, answer = send(server, "PUT", target, data)
    return None if status in (200, 201) else next(iter(answer["codes"].values()))[0]


def upload_many(server: Server) -> None:
    uploads = (UPLOADS * 6)[:16]
    with ThreadPoolExecutor(len(uploads)) as threads:
        codes = list(threads.map(lambda one: upload(server, one[0]), uploads))
    assert codes == [code for _, code in uploads]


def below(pid: int) -> set[int]:
    """Return the descendants of a process."""
    found = children(pid)
    return found.union(*(below(child) for child in found))


def inspecting(server: Server) -> dict[int, set[int]]:
    """Return the processes of a server that have workers, with these."""
    pids = {server.pid, *below(server.pid)}
    helpers = set().union(*(forkers(pid) for pid in pids))
    return {pid: family(pid) for pid in pids - helpers if family(pid)}


def ended(pids: set[int]) -> bool:
    return all(state(pid) in ("", "Z") for pid in pids)


def test_many_uploads_at_once_and_nothing_left_when_the_server_ends(server: Server) -> None:
    upload_many(server)

    assert inspecting(server)
    pids = below(server.pid)
    os.kill(server.pid, signal.SIGTERM)
    wait_until(lambda: ended({server.pid, *pids}))


def test_nothing_is_left_of_a_process_that_is_killed(server: Server) -> None:
    upload_many(server)
    workers = inspecting(server)
    if server.kind == "gunicorn preloaded":
        del workers[server.pid]  # Who forks the others and answers nobody.

    for pid in workers:
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: ended(set().union(*workers.values())))
    if server.kind.startswith("gunicorn"):
        upload_many(server)  # To those that it started in their place.
