"""The OpenAPI document of the example project: valid, and attacked by schemathesis."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers.example import Example, serving
from tests.servers.serving import need

# What the update contract takes and refuses says no schema: `end_date` before `start_date`, say,
# or `-clear` with another value than true. Its table has a test of its own.
NOT_ASKED = "positive_data_acceptance,negative_data_rejection"


@pytest.fixture
def attacked(filled: Path, tmp_path: Path) -> Iterator[Example]:
    """Serve an example that nobody else needs any more."""
    with serving(filled, tmp_path) as site:
        yield site


def test_the_document_is_valid(example: Example) -> None:
    printed = example.manage("spectacular", "--validate", "--fail-on-warn")
    assert printed.startswith("openapi: 3.1.0\n")


def test_an_attack_finds_no_answer_that_is_not_described(attacked: Example) -> None:
    need(find_spec("schemathesis"), "schemathesis")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run"),
        f"{attacked.origin}/api/schema/?format=json",
        f"--header=Authorization: Bearer {attacked.token()}",
        f"--exclude-checks={NOT_ASKED}",
        "--phases=coverage,fuzzing,stateful",
        "--request-timeout=120",
        *("--max-examples=5", "--seed=20261128", "--generation-database=:memory:"),
        *("--suppress-health-check=all", "--no-color", "--warnings=off", "--continue-on-failure"),
    ]
    environment = {**attacked.environment, "SCHEMATHESIS_HOOKS": "tests.servers.attacking"}
    done = subprocess.run(
        command, env=environment, cwd=attacked.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [count] = re.findall(r"(\d+) generated", done.stdout)
    assert int(count) > 500
    assert "Stateful" in done.stdout
