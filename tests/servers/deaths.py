"""Operations that count their steps, and die at one of them by SIGKILL."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.db import connection

LABEL = 60  # bytes on the board


class Steps:
    """Called with the name of each step; at the ``last`` one its process dies."""

    def __init__(self) -> None:
        self.count = self.last = 0
        self.board: Any = None

    def start(self, last: int, board: Any) -> None:
        """Count from now on, and leave the name of the last step on the board, shared memory."""
        self.count, self.last, self.board = 0, last, board
        connection.execute_wrappers.append(self._around)
        commit = connection._commit

        def stepping_commit() -> None:
            self("before commit")
            commit()
            self("after commit")

        connection._commit = stepping_commit

    def __call__(self, name: str) -> None:
        self.count += 1
        if self.last and self.count == self.last:
            self.board[:LABEL] = name.encode()[:LABEL].ljust(LABEL)
            os.kill(os.getpid(), signal.SIGKILL)

    def _around(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        verb = sql.split(" ", 1)[0]
        self(f"before {verb}")
        result = execute(sql, params, many, context)
        self(f"after {verb}")
        return result


step = Steps()


class SteppingStorage(FileSystemStorage):
    """Files in a folder, with a step before, in the middle of, and after all that changes one."""

    def _save(self, name: str, content: "File[Any]") -> str:
        step("before storing")
        data = content.read()
        halves = ContentFile(data)
        halves.chunks = lambda chunk_size=None: self._in_halves(data)  # type: ignore[method-assign]
        stored = super()._save(name, halves)
        step("after storing")
        return stored

    def delete(self, name: str) -> None:
        step("before removing")
        super().delete(name)
        step("after removing")

    def _in_halves(self, data: bytes) -> Iterator[bytes]:
        yield data[: len(data) // 2]
        step("half stored")
        yield data[len(data) // 2 :]
