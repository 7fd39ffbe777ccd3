"""PgBouncer before the PostgreSQL of the tests, with the file that example_project/deploy has."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.deployed import DEPLOY
from tests.servers.ports import free_port
from tests.servers.postgres import Postgres
from tests.servers.serving import need, wait_for


@pytest.fixture(scope="module")
def pgbouncer(postgres: Postgres) -> Iterator[Any]:
    """Return what makes a new database, and returns its entry in ``DATABASES``."""
    binary = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    need(binary, "pgbouncer")
    port = free_port()
    changes = {
        "port=5432": f"port={postgres.port}",
        "6432": f"{port}",
        "scram-sha-256": "trust",
        "/etc/pgbouncer/userlist.txt": "userlist.txt",
        "default_pool_size = 8": "default_pool_size = 2",  # So that connections change hands.
    }
    folder = Path(tempfile.mkdtemp(prefix="event-pdfs-pgbouncer-"))
    text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "pgbouncer.ini").write_text(text)
    (folder / "userlist.txt").write_text('"postgres" ""\n')
    folder.chmod(0o755)
    user: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [binary, "pgbouncer.ini"], cwd=folder, stdout=log, stderr=log, **user
        )
    try:
        wait_for(process, port, folder / "log")
        yield lambda: {
            **postgres.database(),
            "PORT": port,
            "DISABLE_SERVER_SIDE_CURSORS": True,
            "CONN_MAX_AGE": 0,
        }
    finally:
        process.terminate()
        process.wait(300)
        shutil.rmtree(folder)
