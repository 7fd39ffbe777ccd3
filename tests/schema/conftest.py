"""Descriptions, made as a host makes them."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

pytest.importorskip("drf_spectacular", reason="needs the extra openapi")

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.settings import spectacular_settings

# As apps.ready() does where drf-spectacular is an installed app.
import_module("django_event_pdfs.schema")

SPECTACULAR = "drf_spectacular.openapi.AutoSchema"

_OPTIONS = {"COMPONENT_SPLIT_REQUEST": True, "SCHEMA_PATH_PREFIX": "/api"}


class Described:
    """An OpenAPI document with short ways to its parts."""

    def __init__(self, document: Any) -> None:
        self.document = document
        paths = document["paths"].values()
        self.operations = {o["operationId"]: o for path in paths for o in path.values()}

    def component(self, name: str) -> Any:
        return self.document["components"]["schemas"][name]

    def body(self, operation: str, media_type: str) -> Any:
        """Return the component of a request body, or the schema itself where it has none."""
        content = self.operations[operation]["requestBody"]["content"]
        schema = content[media_type]["schema"]
        reference = schema.get("$ref")
        return self.component(reference.rpartition("/")[2]) if reference else schema

    def answers(self, operation: str) -> Any:
        return self.operations[operation]["responses"]


@pytest.fixture
def describe(settings: Any, db: None) -> Iterator[Any]:
    """Return a function that describes the project's API and fails at a warning."""
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_SCHEMA_CLASS": SPECTACULAR}

    def describe(version: str = "3.1.0", **options: Any) -> Described:
        spectacular_settings.clear_patches()
        spectacular_settings.apply_patches(_OPTIONS | {"OAS_VERSION": version, **options})
        made = SchemaGenerator().get_schema(public=True)
        assert not GENERATOR_STATS, (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache)
        return Described(json.loads(OpenApiJsonRenderer().render(made)))

    yield describe
    spectacular_settings.clear_patches()
