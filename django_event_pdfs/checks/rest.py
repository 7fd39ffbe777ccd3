"""Settings of REST framework that want something of this package."""

from typing import Any

from django.core import checks
from rest_framework.settings import api_settings

from django_event_pdfs.orjson_extra import orjson
from django_event_pdfs.renderers import ORJSONRenderer


def check_orjson(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where the renderer of the extra ``fast`` is chosen and orjson is missing."""
    renderers: Any = api_settings.DEFAULT_RENDERER_CLASSES
    if orjson or not any(issubclass(renderer, ORJSONRenderer) for renderer in renderers):
        return []
    return [
        checks.Warning(
            "DEFAULT_RENDERER_CLASSES has ORJSONRenderer, and orjson is not installed: "
            "REST framework's own renderer writes the JSON.",
            hint='pip install "django-event-pdfs[fast]"',
            id="event_pdfs.W060",
        )
    ]
