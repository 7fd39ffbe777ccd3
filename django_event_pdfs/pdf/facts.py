"""What an inspection says, as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes of a PDF say about it.

    ``size`` is in bytes, ``sha256`` in lower-case hex, ``version`` is that of the header
    (ISO 32000-2, 7.5.2) or of the catalog where that is later. ``title`` comes from the document
    information dictionary (14.3.3), cleaned by :func:`clean_text`; empty where there is none.
    """

    size: int
    sha256: str
    pages: int
    version: str
    title: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen on the way and left for policy to judge: ``objects`` in the file."""

    objects: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why bytes are no document: a stable ``code`` and the values its message needs."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inspection:
    """The outcome: ``facts`` and ``findings``, or else a ``refusal``."""

    facts: Facts | None = None
    findings: Findings | None = None
    refusal: Refusal | None = None
