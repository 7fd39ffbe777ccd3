"""The facts of a stored document, as they stand in the JSON column beside its name."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from django_event_pdfs.pdf import Facts


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What was learnt from a document's bytes when it was stored.

    ``name`` is the name in storage that these facts describe, ``size`` is in bytes, ``sha256`` in
    lower-case hex, ``filename`` what its uploader called it, ``stored_at`` aware.
    """

    name: str
    size: int
    sha256: str
    pages: int
    pdf_version: str
    title: str
    filename: str
    stored_at: datetime

    @classmethod
    def of(cls, facts: Facts, name: str, filename: str) -> "DocumentFacts":
        """Return what to store with ``name`` after its bytes gave ``facts``."""
        return cls(
            name=name,
            size=facts.size,
            sha256=facts.sha256,
            pages=facts.pages,
            pdf_version=facts.version,
            title=facts.title,
            filename=filename,
            stored_at=datetime.now(UTC),
        )

    @classmethod
    def from_json(cls, data: Any, name: str) -> "DocumentFacts | None":
        """Read the JSON column; None where it is empty or describes another name.

        The name may have changed without the facts: by ``update()``, raw SQL or a fixture.
        """
        if not isinstance(data, dict) or data.get("name") != name:
            return None
        try:
            known = {key: data[key] for key in cls.__slots__}
            stored_at = parse_datetime(known.pop("stored_at"))
        except (KeyError, TypeError, ValueError):
            return None
        return cls(**known, stored_at=stored_at) if stored_at else None

    def as_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold."""
        return {**asdict(self), "stored_at": self.stored_at.isoformat()}
