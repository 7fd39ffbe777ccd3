"""Here responses are closed as a server does it, outside the test client."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections


@pytest.fixture(autouse=True)
def connections_stay() -> Iterator[None]:
    """Do as Django's test client: no end of a request asks for, or closes, a test's connection."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)
