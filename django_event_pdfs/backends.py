"""Backends that a setting names: ``{"BACKEND": dotted path, "OPTIONS": {...}}``."""

from typing import Any

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from django_event_pdfs.conf import conf

_built: dict[str, Any] = {}


def load_backend(key: str) -> Any:
    """Return the backend of ``EVENT_PDFS[key]``, made at its first use."""
    if key not in _built:
        setting = getattr(conf, key.lower())
        _built[key] = import_string(setting["BACKEND"])(**setting.get("OPTIONS", {}))
    return _built[key]


def _forget(setting: str, **kwargs: Any) -> None:
    if setting == "EVENT_PDFS":
        _built.clear()


setting_changed.connect(_forget, dispatch_uid=__name__)
