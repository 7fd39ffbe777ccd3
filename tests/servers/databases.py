"""A fresh database of each kind, and the chaos program on it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.serving import environment

CHAOS = "import django; django.setup(); from tests.servers.chaos import main; main()"


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Return the entry in ``DATABASES`` of a new database, one of each kind in turn."""
    if request.param == "sqlite":
        name = str(tmp_path / "db.sqlite3")
        # Writers wait for each other.
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {"timeout": 60},
        }
    entry: dict[str, Any] = request.getfixturevalue(request.param).database()
    return entry


def run_chaos(root: Path, database: dict[str, Any], what: str, **arguments: Any) -> Any:
    """Run an experiment of ``chaos`` with its files below ``root``; return its result."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.servers.chaos_settings",
        "EVENT_PDFS_TEST_DATABASE": json.dumps(database),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHAOS, what, json.dumps(arguments)],
        env={**environment(root), **settings},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
