"""The life of rows and files on PostgreSQL, and adoption there."""

import pytest

from tests.servers.suites import SUITES, run_suite
from tests.test_adoption import TestAdoption, story

__all__ = ["TestAdoption", "story"]


@pytest.fixture(scope="module")
def database(postgres):
    """Return what makes a new database and returns its entry in ``DATABASES``."""
    return postgres.database


@pytest.mark.parametrize("suite", [*SUITES, "servers/growth.py"])
def test_the_suite_passes_on_postgresql(database, suite):
    run_suite(suite, database())
