"""A virus scanner of its own: clamd, from the operating system, with one signature."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from django_event_pdfs.scanning import ScannerUnavailable
from django_event_pdfs.scanning.clamav import ClamAVScanner
from django_event_pdfs.testing import EICAR
from tests.servers.ports import free_port
from tests.servers.serving import need

SIGNATURE = "Test.EICAR"
STARTUP_SECONDS = 300


class Clamd:
    """A running clamd. ``options`` lead to it over its unix socket, ``tcp`` over TCP."""

    def __init__(self, folder: Path, options: dict[str, str]) -> None:
        self._folder = folder
        self.options = {"socket": str(folder / "clamd.ctl")}
        self.tcp = {"host": "127.0.0.1", "port": free_port()}
        (folder / "signatures").mkdir()
        signature = f"{SIGNATURE}:0:*:{EICAR.hex()}\n"  # any file, at any offset
        (folder / "signatures" / "eicar.ndb").write_text(signature)
        lines = {
            "Foreground": "yes",
            "DatabaseDirectory": folder / "signatures",
            "TemporaryDirectory": folder,
            "LocalSocket": self.options["socket"],
            "TCPAddr": self.tcp["host"],
            "TCPSocket": self.tcp["port"],
            **({"User": "root"} if os.geteuid() == 0 else {}),
            **options,
        }
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        (folder / "clamd.conf").write_text(text)

    def start(self) -> None:
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [_program(), "--config-file", self._folder / "clamd.conf"],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the server by its own pid and wait for its end."""
        if process := getattr(self, "_process", None):
            process.kill()
            process.wait(timeout=300)

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTUP_SECONDS
        while not (_answers(self.options) and _answers(self.tcp)):
            log = (self._folder / "log").read_text(errors="replace")
            assert self._process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.05)


def _answers(options: dict[str, Any]) -> bool:
    try:
        ClamAVScanner(**options).scan(_Nothing())
    except ScannerUnavailable:
        return False
    return True


class _Nothing:
    def read(self, size: int) -> bytes:
        return b""


def _program() -> str | None:
    return shutil.which("clamd", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


@contextmanager
def _running(options: dict[str, str]) -> Iterator[Clamd]:
    need(_program(), "clamd")
    folder = Path(tempfile.mkdtemp(prefix="event-pdfs-clamd-"))
    server = Clamd(folder, options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    """Return a clamd that lasts as long as the session."""
    with _running({}) as server:
        yield server


@pytest.fixture
def own_clamd() -> Iterator[Callable[..., Clamd]]:
    """Return ``own_clamd(StreamMaxLength="1M")``, which starts one that a test may stop."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(_running(options))
