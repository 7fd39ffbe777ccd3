"""The life of rows and files through a pooler that gives a connection for each transaction."""

from typing import Any

import pytest

from tests.servers.pgbouncer import pgbouncer
from tests.servers.suites import run_suite

__all__ = ["pgbouncer"]


@pytest.mark.parametrize("suite", ["servers/concurrency.py", "test_deletions.py"])
def test_the_suite_passes_through_pgbouncer(pgbouncer: Any, suite: str) -> None:
    # The pooler holds on to a database, so it cannot be dropped.
    run_suite(suite, pgbouncer(), "--reuse-db")
