"""The facts of a stored document, as they stand in the JSON column beside its name."""

from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from django_event_pdfs.pdf import Inspection


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What was learnt from a document's bytes when it was stored.

    ``name`` is the name in storage that these facts describe, ``size`` is in bytes, ``sha256`` in
    lower-case hex, ``filename`` what its uploader called it, ``stored_at`` aware. The rest is as
    in :class:`django_event_pdfs.pdf.Facts`; ``repaired`` documents open in readers that mend them.
    """

    name: str
    size: int
    sha256: str
    pages: int
    pdf_version: str
    title: str
    filename: str
    stored_at: datetime
    producer: str = ""
    encrypted: bool = False
    signed: bool = False
    linearised: bool = False
    tagged: bool = False
    repaired: bool = False

    @classmethod
    def of(cls, inspection: Inspection, name: str, filename: str) -> "DocumentFacts":
        """Return what to store with ``name`` after its bytes passed ``inspection``."""
        facts = inspection.facts
        if facts is None:
            raise ValueError("A refused file has no facts.")
        return cls(
            name=name,
            filename=filename,
            stored_at=datetime.now(UTC),
            repaired=inspection.findings.repaired,
            **asdict(facts),
        )

    @classmethod
    def from_json(cls, data: Any, name: str) -> "DocumentFacts | None":
        """Read the JSON column; None where it is empty or describes another name.

        The name may have changed without the facts: by ``update()``, raw SQL or a fixture.
        """
        if not isinstance(data, dict) or data.get("name") != name:
            return None
        try:
            # Those with a default may be missing: they came later than the rows of others.
            known = {key: data[key] for key in cls.__slots__ if key in data or key in _REQUIRED}
            stored_at = parse_datetime(known.pop("stored_at"))
        except (KeyError, TypeError, ValueError):
            return None
        return cls(**known, stored_at=stored_at) if stored_at else None

    def as_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold."""
        return {**asdict(self), "stored_at": self.stored_at.isoformat()}


_REQUIRED = {field.name for field in fields(DocumentFacts) if field.default is MISSING}
