"""The events of a host: its model, many rows with files, and what is left of both."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model

from django_event_pdfs.naming import new_name

FIELDS = {"programme_file": "events/programmes/", "guide_file": "events/guides/"}
START = {"start_date": "2026-12-01T09:00:00Z"}
FILE_SIZE = 1_000  # bytes
BATCH = 5_000  # rows


def model() -> type[Model]:
    return apps.get_model(settings.HOST["app"], "Event")


def prepare() -> None:
    """Make the tables and the folders."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    for folder in FIELDS.values():
        (settings.MEDIA_ROOT / folder).mkdir(parents=True, exist_ok=True)


def fill(rows: int, files: int | None = None, orphans: int = 0) -> None:
    """Make rows with two names each, ``files`` files of theirs (all), and some of nobody's."""
    files = rows * 2 if files is None else files
    for start in range(0, rows, BATCH):
        batch = [_event() for _ in range(min(BATCH, rows - start))]
        model()._base_manager.bulk_create(batch)
        names = [getattr(event, field).name for event in batch for field in FIELDS]
        # Spread evenly over the rows and both folders.
        write(name for n, name in enumerate(names, start * 2) if n * files % (rows * 2) < files)
    write(new_name(FIELDS["guide_file"], "guide_file") for _ in range(orphans))


def write(names: Iterator[str]) -> None:
    content = os.urandom(FILE_SIZE)
    for name in names:
        (settings.MEDIA_ROOT / name).write_bytes(content)


def left() -> dict[str, int]:
    """Return how many rows there are, files named by none, and named files that are missing."""
    rows = list(model()._base_manager.values_list(*FIELDS))
    named = {name for row in rows for name in row if name}
    stored = set(_stored())
    return {"rows": len(rows), "leaked": len(stored - named), "lost": len(named - stored)}


def clear() -> None:
    """Delete every row and file, quickly and whatever the side makes of it."""
    rows = model()._base_manager.all()
    rows._raw_delete(rows.db)
    shutil.rmtree(settings.MEDIA_ROOT)
    prepare()


def _stored() -> Iterator[str]:
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(settings.MEDIA_ROOT).as_posix()


def _event() -> Any:
    values: dict[str, Any] = {**START, "name": "Tech Summit", "location": "Hall 4"}
    for field, folder in FIELDS.items():
        values[field] = new_name(folder, field)
        if settings.HOST["side"] == "ours":
            values[f"{field}_facts"] = _facts(values[field])
    return model()(**values)


def _facts(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "size": FILE_SIZE,
        "sha256": uuid.uuid4().hex * 2,
        "pages": 4,
        "pdf_version": "1.7",
        "title": "Programme of the Tech Summit",
        "filename": "Programme 2026.pdf",
        "stored_at": "2026-11-23T03:00:00+00:00",
        "producer": "LibreOffice 24.2",
        "encrypted": False,
        "signed": False,
        "linearised": False,
        "tagged": True,
        "repaired": False,
    }
