"""The delivery backend that the settings name."""

from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery.base import BaseDelivery


def get_delivery() -> BaseDelivery:
    """Return the delivery backend of ``EVENT_PDFS["DELIVERY"]``."""
    return _build()


@lru_cache(maxsize=1)
def _build() -> BaseDelivery:
    setting = conf.delivery
    delivery: BaseDelivery = import_string(setting["BACKEND"])(**setting.get("OPTIONS", {}))
    return delivery


def _forget(setting: str, **kwargs: Any) -> None:
    if setting == "EVENT_PDFS":
        _build.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_event_pdfs.delivery")
