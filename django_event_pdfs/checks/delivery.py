"""Checks of what sends documents, against where they are."""

from typing import Any

from django.core import checks

from django_event_pdfs.delivery import WebServerDelivery, get_delivery
from django_event_pdfs.storage import document_storage, has_paths

Messages = list[checks.CheckMessage]


def check_local_paths(app_configs: Any, **kwargs: Any) -> Messages:
    """W030: a web server is to send files that are not on a local disk."""
    try:
        delivery, storage = get_delivery(), document_storage()
    except Exception:  # Whatever a backend raises that cannot be made: told by E017, E020 and E021.
        return []
    if not isinstance(delivery, WebServerDelivery) or has_paths(storage):
        return []
    return [
        checks.Warning(
            f"{type(delivery).__name__} has no file to name: the storage has no local paths.",
            hint="Until then Django streams every document itself. Leave DELIVERY out, or use a "
            "FileSystemStorage whose folder the web server can read.",
            id="event_pdfs.W030",
        )
    ]
