"""kill -9 of a worker of gunicorn while a client uploads: before, during and after the parse."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

from django_event_pdfs.storage import UPLOADS
from tests.pdf.processes import children
from tests.servers.pausing import STEP, WHO
from tests.servers.serving import Server, environment, need, prepare, running
from tests.servers.test_kills import is_harmless
from tests.servers.test_uploads import FORM, LARGE, MEBIBYTE, SMALL, form, head, send

INVENTORY = """
import json, django; django.setup()
from tests.servers.inventory import inventory, swept
print(json.dumps({**inventory(), **swept()}))
"""
# Those that wait are never written completely when they are received.
STEPS = ["receiving", "receiving more", "judging", "storing", "stored"]

Found = TypeVar("Found")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    need(importlib.util.find_spec("gunicorn"), "gunicorn")
    need(Path("/proc/self/fd").exists(), "/proc")
    storage = {
        "BACKEND": "tests.servers.pausing.PausingStorage",
        "OPTIONS": {"location": str(tmp_path / "media")},
    }
    scanner = {"BACKEND": "tests.servers.pausing.PausingScanner"}
    monkeypatch.setenv("EVENT_PDFS_TEST_STORAGE", json.dumps(storage))
    monkeypatch.setenv("EVENT_PDFS_TEST_OPTIONS", json.dumps({"SCANNER": scanner}))
    (tmp_path / STEP).write_text("")
    with running("gunicorn-preloaded", tmp_path, prepare(tmp_path)) as server:
        yield server


def kill_at(server: Server, step: str, request: bytes) -> None:
    """Send a request, or its beginning, and kill the worker that has come to this step."""
    (server.root / WHO).unlink(missing_ok=True)
    (server.root / STEP).write_text(step)
    sent = {"receiving": MEBIBYTE * 3 // 2, "receiving more": MEBIBYTE * 5 // 2}.get(step)
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(request[:sent])
        look = (lambda: _receiver(server)) if sent else (lambda: _who_waits(server))
        os.kill(_awaited(look), signal.SIGKILL)
        with suppress(ConnectionError):
            assert connection.recv(1) == b""  # No answer, and soon.
    (server.root / STEP).write_text("")


def _receiver(server: Server) -> int | None:
    """Return the worker that has a part of an upload in the folder of those that wait."""
    for pid in children(server.pid):
        with suppress(OSError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                if UPLOADS in os.readlink(link) and link.stat().st_size >= MEBIBYTE // 2:
                    return pid
    return None


def _who_waits(server: Server) -> int | None:
    with suppress(FileNotFoundError):
        return int((server.root / WHO).read_text() or 0) or None
    return None


def _awaited(look: Callable[[], Found | None]) -> Found:
    """Return what is found as soon as it is there, at the latest after a minute."""
    end = time.monotonic() + 60
    while (found := look()) is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def test_a_worker_that_is_killed_while_a_client_uploads_loses_no_file(server: Server) -> None:
    created = form(programme_file=LARGE, guide_file=SMALL)
    status, event = send(server, "POST", "/api/events/", created, content_type=FORM)
    assert status == 201
    kept = [document["etag"] for document in event["documents"].values()]
    path = f"/api/events/{event['id']}/"
    replaced = form(programme_file=SMALL, guide_file=LARGE)
    requests = [
        head("POST", "/api/events/", content_type=FORM, length=len(created)) + created,
        head("PUT", path, content_type=FORM, length=len(replaced)) + replaced,
        head("PUT", f"{path}guide_file/", length=len(LARGE)) + LARGE,
    ]

    for step in STEPS:
        for request in requests:
            kill_at(server, step, request)

    status, now = send(server, "GET", path, b"")
    assert status == 200
    assert [d["etag"] for d in now["documents"].values()] == kept
    result = looked_over(server)
    assert is_harmless(result)
    assert result["documents"] == 3  # Those of before.
    waited = [name for name in result["orphans"] if name.startswith(UPLOADS)]
    assert len(waited) >= 3 * len(STEPS[:-1])
    assert len(result["orphans"]) > len(waited)


def looked_over(server: Server) -> Any:
    command = [sys.executable, "-c", INVENTORY]
    done = subprocess.run(command, env=environment(server.root), check=True, capture_output=True)
    return json.loads(done.stdout)
