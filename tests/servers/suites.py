"""The suites that must pass on every database, run by a pytest of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]

SUITES = [
    "servers/concurrency.py",
    "test_columns.py",
    "test_deletions.py",
    "test_documents.py",
    "test_every_door.py",
    "test_facts.py",
    "test_faults.py",
    "test_fields.py",
    "test_holders.py",
    "test_lifecycle.py",
    "test_meanwhile.py",
    "test_querysets.py",
    "test_removal.py",
    "test_replaced.py",
    "test_rollback.py",
    "test_models.py",
]


def run_suite(suite: str, database: dict[str, Any], *options: str) -> None:
    """Run a file of tests on ``database``, an entry of ``DATABASES``, with options of pytest."""
    # Without what a parallel run of pytest tells its own workers.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    settings = "--ds=tests.servers.database_settings"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", settings, *options, str(TESTS / suite)],
        cwd=TESTS.parent,
        env={**inherited, "EVENT_PDFS_TEST_DATABASE": json.dumps(database)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
