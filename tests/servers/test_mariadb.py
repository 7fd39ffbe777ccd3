"""The life of rows and files on MariaDB, and adoption there."""

import pytest

from tests.servers.suites import SUITES, run_suite
from tests.test_adoption import TestAdoption, story

__all__ = ["TestAdoption", "story"]


@pytest.fixture(scope="module")
def database(mariadb):
    """Return what makes a new database and returns its entry in ``DATABASES``."""
    return mariadb.database


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_passes_on_mariadb(database, suite):
    run_suite(suite, database())


def test_writers_are_as_safe_where_each_transaction_reads_its_own_past(database):
    options = {"OPTIONS": {"isolation_level": "repeatable read"}}
    run_suite("servers/concurrency.py", database() | options)
