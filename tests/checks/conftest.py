"""Fixtures of the tests of checks."""

from typing import Any

import pytest


@pytest.fixture
def only(monkeypatch: Any) -> Any:
    """Return a function that makes some models the only ones of the project with documents."""

    def only_models(*models: Any) -> None:
        for module in ("fields", "models"):
            name = f"django_event_pdfs.checks.{module}.document_models"
            monkeypatch.setattr(name, lambda: list(models))

    return only_models


@pytest.fixture
def configure(settings: Any) -> Any:
    """Return a function that sets keys of ``EVENT_PDFS``."""

    def set_keys(**keys: Any) -> None:
        settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Event", **keys}

    return set_keys
