"""What an inspection says, as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes of a PDF say about it.

    ``size`` is in bytes, ``sha256`` in lower-case hex. ``pdf_version`` is that of the header
    (ISO 32000-2, 7.5.2) or of the catalog where that is later. ``title`` and ``producer`` come
    from the document information dictionary (14.3.3), cleaned by :func:`clean_text`; empty where
    there is none. ``encrypted`` files open without a password all the same (7.6), ``signed`` ones
    hold a signature (12.7.5.5), ``linearised`` ones start to show before all has arrived
    (annex F), and ``tagged`` ones have the structure that screen readers want (14.8).
    """

    size: int
    sha256: str
    pages: int
    pdf_version: str
    title: str
    producer: str
    encrypted: bool
    signed: bool
    linearised: bool
    tagged: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen on the way and left for policy to judge.

    ``objects``: how many there are, in older revisions too. ``active_content``: the kinds found
    (see ``ACTIVE_CONTENT``), each with the places where. ``repaired``: the file opens only after
    its cross-reference table is rebuilt. ``appended``: bytes after the last ``%%EOF``, without
    the blanks around them.
    """

    objects: int = 0
    active_content: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    repaired: bool = False
    appended: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why bytes are no document: a stable ``code``, and details in ``params``.

    A file that costs too much to read is ``damaged``, and ``params["exceeded"]`` says which bound
    it broke: ``objects``, ``pages``, ``memory`` or ``time``.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Inspection:
    """The outcome: either ``facts`` or a ``refusal``, and the ``findings`` so far."""

    facts: Facts | None = None
    findings: Findings = field(default_factory=Findings)
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is worth reading: above ``objects`` or ``pages`` it is refused."""

    objects: int = 300_000
    pages: int = 50_000
