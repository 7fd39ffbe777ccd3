"""A MariaDB server of its own, from the operating system, spoken to by PyMySQL."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.servers import missing
from tests.servers.ports import free_port

# As Debian's configuration has it: names that differ by case only are equal to the server.
CHARSET = ("--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci")
LIGHT = ("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--skip-log-bin")
STARTUP_SECONDS = 300


class MariaDB:
    """A running server; ``database()`` makes a new database on it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="event-pdfs-mariadb-"))
        self._user = ()
        if os.geteuid() == 0:  # MariaDB refuses to run as root.
            owner = pwd.getpwnam("mysql")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._user = ("--user=mysql",)
        self._data = f"--datadir={self.folder / 'data'}"
        self.port = free_port()
        self._numbers = itertools.count(1)

    def start(self) -> None:
        install = [_program("mariadb-install-db"), "--no-defaults", *self._user, self._data]
        install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        done = subprocess.run(install, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        files = [f"--socket={self.folder / 'socket'}", f"--pid-file={self.folder / 'pid'}"]
        address = ["--bind-address=127.0.0.1", f"--port={self.port}"]
        options = [*self._user, self._data, *files, *address, *CHARSET, *LIGHT]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [_program("mariadbd"), "--no-defaults", *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def stop(self) -> None:
        """Stop the server by its own pid and forget its data."""
        if process := getattr(self, "_process", None):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=300)
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> dict[str, Any]:
        """Make an empty database and return its entry in ``DATABASES``."""
        import pymysql

        name = f"host_{next(self._numbers)}"
        with pymysql.connect(**self._address()) as connection:
            connection.cursor().execute(f"CREATE DATABASE {name}")
        address = {key.upper(): value for key, value in self._address().items()}
        return {"ENGINE": "tests.servers.mariadb_backend", "NAME": name, **address}

    def _address(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "user": "root"}

    def _wait(self) -> None:
        import pymysql

        deadline = time.monotonic() + STARTUP_SECONDS
        while True:
            try:
                pymysql.connect(**self._address(), connect_timeout=5).close()
            except pymysql.OperationalError:
                log = (self.folder / "log").read_text(errors="replace")
                assert self._process.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.05)
            else:
                return


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """Return a MariaDB server that lasts as long as the session."""
    if find_spec("pymysql") is None:
        missing("The package PyMySQL is not installed.")
    if not (_program("mariadbd") and _program("mariadb-install-db")):
        missing("mariadbd is missing.")
    server = MariaDB()
    try:
        server.start()
        yield server
    finally:
        server.stop()
