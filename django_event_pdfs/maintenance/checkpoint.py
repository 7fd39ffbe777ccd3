"""How far a long run came, in a file, so that the next one can go on there."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from django_event_pdfs.maintenance.paging import Table


class UnusableCheckpoint(Exception):
    """The file cannot be read or written, is no checkpoint, or is that of another run."""


@dataclass(slots=True)
class Position:
    """Where a run is: the tables it has done, and the last key it has done in the one after."""

    done: list[str] = field(default_factory=list)
    table: str = ""
    after: str = ""
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def is_sound(self) -> bool:
        """Return whether all is of the type that it should be: it may be read from a file."""
        texts = self.done if isinstance(self.done, list) else [None]
        counts = self.counts if isinstance(self.counts, dict) else {"": None}
        return all(isinstance(text, str) for text in (*texts, self.table, self.after)) and all(
            isinstance(count, int) for count in (self.rows, *counts.values())
        )

    def after_in(self, table: Table) -> Any:
        """Return the key after which to go on in a table; None at its beginning.

        Raises:
            UnusableCheckpoint: it is no key of this table.
        """
        if table.key != self.table:
            return None
        try:
            return table.model._meta.pk.to_python(self.after)
        except (ValidationError, ValueError) as error:
            raise UnusableCheckpoint(f"{self.after!r} is no key of {table.key}.") from error

    def reached(self, table: Table, pk: Any, rows: int) -> None:
        self.table, self.after = table.key, _as_text(pk)
        self.rows += rows

    def finished(self, table: Table) -> None:
        self.done.append(table.key)
        self.table = self.after = ""


class Checkpoint:
    """A file that holds the :class:`Position` of a run with ``options``; without path, nothing."""

    def __init__(self, path: str | os.PathLike[str] | None, options: Mapping[str, Any]) -> None:
        self._path = Path(path) if path else None
        self._options = dict(options)

    def load(self) -> Position:
        """Return where an earlier run was; the beginning where there was none.

        Raises:
            UnusableCheckpoint: see there.
        """
        try:
            text = self._path.read_text(encoding="utf-8") if self._path else None
        except FileNotFoundError:
            text = None
        except (OSError, ValueError) as error:
            raise UnusableCheckpoint(f"It cannot be read: {error}") from error
        return Position() if text is None else self._position(text)

    def save(self, position: Position) -> None:
        """Write where the run is, whole or not at all.

        Raises:
            UnusableCheckpoint: it cannot be written.
        """
        if self._path is None:
            return
        text = json.dumps({"options": self._options, "position": asdict(position)})
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._path)
        except OSError as error:
            raise UnusableCheckpoint(f"It cannot be written: {error}") from error

    def remove(self) -> None:
        """Forget the run, for it has come to its end."""
        if self._path:
            with suppress(OSError):
                self._path.unlink()

    def _position(self, text: str) -> Position:
        try:
            content = json.loads(text)
            options, position = content["options"], Position(**content["position"])
        except (ValueError, TypeError, LookupError) as error:
            raise UnusableCheckpoint("It is no checkpoint.") from error
        if options != self._options:
            raise UnusableCheckpoint(f"It is that of a run with other options: {options}.")
        if not position.is_sound():
            raise UnusableCheckpoint("It is no checkpoint.")
        return position


def _as_text(pk: Any) -> str:
    # As Django serialises a composite key.
    return json.dumps([str(part) for part in pk]) if isinstance(pk, tuple) else str(pk)
