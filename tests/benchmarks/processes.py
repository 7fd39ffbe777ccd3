"""Processes of host projects, one for each side, so that none slows another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

SIDES = ("plain", "django-cleanup", "ours")
_PROGRAM = "from tests.benchmarks.hosts.program import main; main()"


class Host:
    """A process of one side; a second one on the same folder finds the data of the first."""

    def __init__(self, side: str, folder: Path, database: dict[str, Any] | None = None) -> None:
        self.side, self.folder = side, folder
        folder.mkdir(exist_ok=True)
        database = database or {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "db.sqlite3"),
        }
        app = side if side in ("ours", "both") else "plain"
        host = {"side": side, "app": app, "folder": str(folder), "database": database}
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.hosts.settings",
            "EVENT_PDFS_BENCHMARK_HOST": json.dumps(host),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def ask(self, function: str, **arguments: Any) -> Any:
        """Have a function below ``tests.benchmarks.hosts`` called; return what it returns.

        Raises:
            RuntimeError: it failed; its traceback is on stderr.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([function, arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{function} failed on the side {self.side!r}.")
        return json.loads(answer)

    def __enter__(self) -> "Host":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def hosts(
    folder: Path, databases: Iterator[dict[str, Any]] | None = None, sides: Iterable[str] = SIDES
) -> Iterator[dict[str, Host]]:
    """Start one host for each side, with tables; the databases are SQLite files if not given."""
    with ExitStack() as stack:
        running = {}
        for side in sides:
            host = stack.enter_context(Host(side, folder / side, databases and next(databases)))
            host.ask("events.prepare")
            running[side] = host
        yield running
