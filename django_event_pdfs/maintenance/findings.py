"""What an engine finds, and whoever watches it work."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an engine has to say: its ``kind``, the name in storage, and which row.

    ``model`` is a label (``"events.Event"``). What is about no row leaves it empty.
    """

    kind: str
    name: str
    model: str = ""
    field: str = ""
    pk: Any = None
    detail: str = ""


class Watcher:
    """Hears of an engine's work, in the thread that called the engine. This one stays silent."""

    def expect(self, total: int) -> None:
        """Be told how much there is to do, in the units of :meth:`advance`."""

    def advance(self, count: int = 1) -> None:
        """Be told that so much more is done."""

    def found(self, finding: Finding) -> None:
        """Be told of a finding, as soon as it is known."""


SILENT = Watcher()
