"""The life of rows and files on PostgreSQL, and adoption there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_adoption import TestAdoption, story

__all__ = ["TestAdoption", "story"]

TESTS = Path(__file__).parents[1]

SUITES = [
    "servers/concurrency.py",
    "test_documents.py",
    "test_facts.py",
    "test_fields.py",
    "test_lifecycle.py",
    "test_meanwhile.py",
    "test_removal.py",
    "test_rollback.py",
    "test_models.py",
]


@pytest.fixture(scope="module")
def database(postgres):
    """Return what makes a new database and returns its entry in ``DATABASES``."""
    return postgres.database


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_passes_on_postgresql(database, suite):
    # Without what a parallel run of pytest tells its own workers.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--ds=tests.servers.postgres_settings",
            str(TESTS / suite),
        ],
        cwd=TESTS.parent,
        env={**inherited, "EVENT_PDFS_TEST_DATABASE": json.dumps(database())},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
