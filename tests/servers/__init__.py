"""Tests against real servers, each started on a free port in a folder of its own."""

import os
from typing import NoReturn

import pytest

pytest.register_assert_rewrite(
    "django_event_pdfs.testing.answers",
    "django_event_pdfs.testing.conditions",
    "tests.servers.site",
)


def missing(reason: str) -> NoReturn:
    """Skip for want of a server; fail where ``EVENT_PDFS_TEST_ALL`` says that all are there."""
    if os.environ.get("EVENT_PDFS_TEST_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
