"""The link maker that the settings name."""

from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from django_event_pdfs.conf import conf
from django_event_pdfs.links.base import BaseLinks


def get_links() -> BaseLinks:
    """Return the link maker of ``EVENT_PDFS["LINKS"]``."""
    return _build()


@lru_cache(maxsize=1)
def _build() -> BaseLinks:
    setting = conf.links
    links: BaseLinks = import_string(setting["BACKEND"])(**setting.get("OPTIONS", {}))
    return links


def _forget(setting: str, **kwargs: Any) -> None:
    if setting == "EVENT_PDFS":
        _build.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_event_pdfs.links")
