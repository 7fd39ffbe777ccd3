"""The facts of a stored document, as they stand in the JSON column beside its name."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.dateparse import parse_datetime

from django_event_pdfs.orjson_extra import loads
from django_event_pdfs.pdf import Inspection


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What was learnt from a document's bytes when it was stored.

    ``name`` is the name in storage that these facts describe, ``size`` is in bytes, ``sha256`` in
    lower-case hex, ``filename`` what its uploader called it, ``stored_at`` aware. The rest is as
    in :class:`django_event_pdfs.pdf.Facts`; ``repaired`` documents open in readers that mend them.
    ``replaced`` are the names of earlier files that are kept a while, and when each was replaced.
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
    replaced: tuple[tuple[str, datetime], ...] = ()

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
            replaced = _replaced(known.pop("replaced", ()))
        except (KeyError, TypeError, ValueError):
            return None
        return cls(**known, stored_at=stored_at, replaced=replaced) if stored_at else None

    def as_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold."""
        data = {**asdict(self), "stored_at": self.stored_at.isoformat()}
        replaced = [[name, at.isoformat()] for name, at in data.pop("replaced")]
        return {**data, "replaced": replaced} if replaced else data

    def after(self, name: str, earlier: "DocumentFacts | None", keep: int) -> "DocumentFacts":
        """Return these facts with the files that were replaced in the last ``keep`` seconds.

        ``name`` is replaced now; ``earlier`` are its facts, which know of those before it.
        """
        now = datetime.now(UTC)
        files = (*(earlier.replaced if earlier else ()), (name, now))
        recent = tuple(file for file in files if now - file[1] < timedelta(seconds=keep))
        return replace(self, replaced=recent)


def read_column(text: str) -> Any:
    """Return what the JSON column holds. Raises ValueError where it is no JSON.

    It is remembered: a page of events is read by thousands.
    """
    if "[" in text or text.find("{", 1) > 0:
        return loads(text)  # It holds lists or more, which no two instances may share.
    data = _remembered(text)
    return data.copy() if type(data) is dict else data


_remembered = lru_cache(maxsize=1024)(loads)  # Some 2 MB.


def filename_in(data: Any, name: str) -> str:
    """Return the filename in the JSON column; empty where it is not of ``name``, or says none."""
    if type(data) is not dict or data.get("name") != name:
        return ""
    filename = data.get("filename")
    return filename if type(filename) is str else ""


def shown_facts(data: Any, name: str) -> tuple[Mapping[str, Any], datetime] | None:
    """Return the JSON column where :meth:`DocumentFacts.from_json` reads facts in it, else None.

    With it comes the moment at which the document was stored. For the many rows of a list, which
    need a few of the facts only.
    """
    if not isinstance(data, dict) or data.get("name") != name or not data.keys() >= _REQUIRED:
        return None
    try:
        _replaced(data.get("replaced", ()))
        stored_at = parse_datetime(data["stored_at"])
    except (TypeError, ValueError):
        return None
    return (data, stored_at) if stored_at else None


def _replaced(data: Any) -> tuple[tuple[str, datetime], ...]:
    moments = ((str(name), parse_datetime(at)) for name, at in data)
    return tuple((name, at) for name, at in moments if at and at.tzinfo)


_REQUIRED = {field.name for field in fields(DocumentFacts) if field.default is MISSING}
