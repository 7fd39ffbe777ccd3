"""Another storage is another setting: the suites about documents pass on each, unchanged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.emulators import STORES

TESTS = Path(__file__).parents[1]

SUITES = [
    "test_admin.py",
    "test_body_ends.py",
    "test_deletions.py",
    "test_document_routes.py",
    "test_documents.py",
    "test_fields.py",
    "test_handover.py",
    "test_host_permissions.py",
    "test_host_viewset.py",
    "test_lifecycle.py",
    "test_models.py",
    "test_presenters.py",
    "test_removal.py",
    "test_replaced.py",
    "test_rollback.py",
    "test_serializer_fields.py",
    "test_serializers.py",
    "test_views.py",
    "test_viewsets.py",
]

# What clients of stores warn of is not ours. And clients of a test read an answer and leave it
# open, which only a server closes.
QUIET = ["-p", "no:unraisableexception"]
for category in ("DeprecationWarning", "FutureWarning", "UserWarning"):
    QUIET += ["-W", f"ignore::{category}"]


@pytest.mark.parametrize("store", STORES)
def test_the_suites_pass(store: str, tmp_path: Path) -> None:
    with STORES[store](tmp_path) as there:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        storage = {"BACKEND": f"tests.servers.swapped.{there.backend}", "OPTIONS": there.options}
        command = [sys.executable, "-m", "pytest", "-q", "--ds=tests.servers.swapped_settings"]
        done = subprocess.run(
            [*command, *QUIET, *(str(TESTS / suite) for suite in SUITES)],
            cwd=TESTS.parent,
            env={
                **inherited,
                **there.environment,
                "EVENT_PDFS_TEST_STORAGE": json.dumps(storage),
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=1200,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
