"""Descriptions, made by drf-spectacular as a host makes them."""

import json
from importlib import import_module
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.settings import spectacular_settings

# As apps.ready() does where drf-spectacular is an installed app.
import_module("django_event_pdfs.schema")

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


def described(version: str, options: dict[str, Any]) -> Described:
    """Describe the project's API; fail at a warning."""
    patches = _OPTIONS | {"OAS_VERSION": version, **options}
    spectacular_settings.apply_patches(patches)
    try:
        made = SchemaGenerator().get_schema(public=True)
    finally:
        spectacular_settings.clear_patches()
    assert not GENERATOR_STATS, (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache)
    return Described(json.loads(OpenApiJsonRenderer().render(made)))
