"""What every examination is given."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import Storage, storages

from django_event_pdfs.maintenance.doctor import body_limit, visits


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up no site because the machine is busy."""
    for module in (body_limit, visits):
        monkeypatch.setattr(module, "TIMEOUT", 120)


@pytest.fixture
def keep_in(settings: Any) -> Callable[..., Storage]:
    """Return ``keep_in("Keeping")``, which keeps the documents in one of ``storages``."""

    def choose(kind: str, **options: Any) -> Storage:
        backend = kind if "." in kind else f"{__package__}.storages.{kind}"
        default = {"BACKEND": backend, "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        return storages["default"]

    return choose


@pytest.fixture
def on_disk(keep_in: Callable[..., Storage], tmp_path: Any) -> Storage:
    """Keep the documents in the file system, in a folder that does not exist yet."""
    folder = tmp_path / "documents"
    return keep_in("django.core.files.storage.FileSystemStorage", location=folder)
