"""Descriptions of the project's API, where drf-spectacular is installed."""

from typing import Any

import pytest

SPECTACULAR = "drf_spectacular.openapi.AutoSchema"


@pytest.fixture
def describe(settings: Any, db: None) -> Any:
    """Return a function that describes the project's API and fails at a warning."""
    pytest.importorskip("drf_spectacular", reason="needs the extra openapi")
    from tests.schema.describing import described

    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_SCHEMA_CLASS": SPECTACULAR}
    return lambda version="3.1.0", **options: described(version, options)
