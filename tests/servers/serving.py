"""Servers that the tests start on a free port and stop again, and the simplest of clients."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import missing
from tests.servers.ports import free_port

# What takes long has only to wait for its turn.
_GUNICORN = ["gunicorn", "--bind=127.0.0.1:{port}", "--timeout=300"]

COMMANDS = {
    "runserver": ["django", "runserver", "--noreload", "--skip-checks", "127.0.0.1:{port}"],
    "gunicorn": [
        *_GUNICORN,
        "--threads=4",
        "django.core.wsgi:get_wsgi_application()",
    ],
    # Loaded before it forks, so that another worker is there soon after one was killed.
    "gunicorn-preloaded": [
        *_GUNICORN,
        "--preload",
        "--workers=2",
        "tests.servers.preloaded:application",
    ],
    "gunicorn-sync": [
        *_GUNICORN,
        "django.core.wsgi:get_wsgi_application()",
    ],
    "uvicorn-limited": [
        "uvicorn",
        "--port={port}",
        "--lifespan=off",
        "tests.servers.limited:application",
    ],
    "uvicorn": [
        "uvicorn",
        "--factory",
        "--port={port}",
        "--lifespan=off",
        "--timeout-keep-alive=120",
        "django.core.asgi:get_asgi_application",
    ],
}


@dataclass(frozen=True)
class Server:
    kind: str
    port: int
    pid: int
    root: Path
    name: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def talk(self, request: bytes) -> bytes:
        """Send bytes over a socket and return what comes back until the server closes it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=120) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def open_documents(self) -> list[str]:
        """Return the PDFs that the server holds open (on Linux)."""
        pids = [self.pid, *_children(self.pid)]
        targets = [_target(link) for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()]
        return [target for target in targets if target.endswith(".pdf")]


def need(present: Any, what: str) -> None:
    """Go on where something is present; skip or fail where it is not."""
    if not present:
        missing(f"{what} is missing.")


def environment(root: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.servers.settings",
        "EVENT_PDFS_TEST_ROOT": str(root),
        # In this order: where a wheel is tested, its package stands before the checkout's.
        "PYTHONPATH": os.pathsep.join(path for path in [*sys.path, os.getcwd()] if path),
    }


def prepare(root: Path) -> str:
    command = [sys.executable, "-m", "tests.servers.prepare"]
    done = subprocess.run(command, env=environment(root), check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


@contextmanager
def running(kind: str, root: Path, name: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", *(part.format(port=port) for part in COMMANDS[kind])]
    with (root / f"{kind}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(root), stdout=log, stderr=log)
    try:
        wait_for(process, port, root / f"{kind}.log")
        yield Server(kind, port, process.pid, root, name)
    finally:
        process.terminate()
        process.wait(300)


def wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    for _ in range(6000):  # Five minutes.
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server did not start: {log.read_text()}")


def _children(pid: int) -> list[int]:
    # Of the main thread, which is the one that starts gunicorn's workers.
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:  # closed meanwhile
        return ""
