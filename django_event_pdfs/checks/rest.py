"""Settings of REST framework that want something of this package. It is not loaded for that."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import checks

from django_event_pdfs.orjson_extra import orjson

_RENDERER = "django_event_pdfs.renderers.ORJSONRenderer"


def check_orjson(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where the renderer of the extra ``fast`` is chosen and orjson is missing."""
    rest = getattr(settings, "REST_FRAMEWORK", None)
    chosen = rest.get("DEFAULT_RENDERER_CLASSES") if isinstance(rest, Mapping) else None
    if orjson or not isinstance(chosen, (list, tuple)) or _RENDERER not in chosen:
        return []
    return [
        checks.Warning(
            "DEFAULT_RENDERER_CLASSES has ORJSONRenderer, and orjson is not installed: "
            "REST framework's own renderer writes the JSON.",
            hint='pip install "django-event-pdfs[fast]"',
            id="event_pdfs.W060",
        )
    ]
