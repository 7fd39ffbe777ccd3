"""Checks of ``EVENT_PDFS``, one for each setting that cannot be read as it is."""

from datetime import timedelta
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from django_event_pdfs.conf import ISOLATE, READ_ACCESS, conf
from django_event_pdfs.delivery import WebServerDelivery, get_delivery
from django_event_pdfs.models import document_models, local_document_fields
from django_event_pdfs.pdf import ACTIVE_CONTENT
from django_event_pdfs.scanning import get_scanner
from django_event_pdfs.storage import document_storage, has_paths
from django_event_pdfs.validators import NEVER_ALLOWED

Messages = list[checks.CheckMessage]


def check_read_access(app_configs: Any, **kwargs: Any) -> Messages:
    """E006: a READ_ACCESS that is none of the three. Reading then asks for a permission."""
    if conf.read_access in READ_ACCESS:
        return []
    return [
        checks.Error(
            f"EVENT_PDFS['READ_ACCESS'] is {conf.read_access!r}.",
            hint=f"Write one of {', '.join(map(repr, READ_ACCESS))}.",
            id="event_pdfs.E006",
        )
    ]


def check_allow(app_configs: Any, **kwargs: Any) -> Messages:
    """E007: active content allowed, here or by a field, of a kind that there is not."""
    fields = [f for model in document_models() for f in local_document_fields(model)]
    settings: list[tuple[str, Any, Any]] = [("EVENT_PDFS['ALLOW']", conf.allow, None)]
    settings += [(f"{f}: allow", f.allow, f) for f in fields if f.allow is not None]
    return [
        checks.Error(
            f"{name} contains {', '.join(map(repr, unknown))}.",
            hint=f"Write a list of some of {', '.join(sorted(_ALLOWABLE))}.",
            obj=field,
            id="event_pdfs.E007",
        )
        for name, kinds, field in settings
        if (
            unknown := [kinds]
            if isinstance(kinds, str)
            else sorted(set(kinds) - _ALLOWABLE, key=str)
        )
    ]


def check_inspection(app_configs: Any, **kwargs: Any) -> Messages:
    """E008: an INSPECTION that cannot be followed."""
    return [
        checks.Error(
            f"EVENT_PDFS['INSPECTION'][{key!r}] is {value!r}.",
            hint=hint,
            id="event_pdfs.E008",
        )
        for key, value in conf.inspection.items()
        if (hint := _inspection_hint(key, value))
    ]


def check_scanner(app_configs: Any, **kwargs: Any) -> Messages:
    """E009: a SCANNER that cannot be made. Uploads would fail."""
    try:
        get_scanner()
    except ImproperlyConfigured as error:
        return [
            checks.Error(
                f"EVENT_PDFS['SCANNER'] cannot be used: {error}",
                hint='Write {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner", '
                '"OPTIONS": {"socket": "/run/clamav/clamd.ctl"}}, or the dotted path of yours.',
                id="event_pdfs.E009",
            )
        ]
    return []


def check_delivery(app_configs: Any, **kwargs: Any) -> Messages:
    """E030: a DELIVERY that cannot be made. W030: one for files that are not on this disk."""
    try:
        delivery = get_delivery()
    except (ImportError, TypeError) as error:
        return [
            checks.Error(
                f"EVENT_PDFS['DELIVERY'] cannot be used: {error}",
                hint='Write {"BACKEND": "django_event_pdfs.delivery.NginxDelivery"}, or the dotted '
                "path of another, and only OPTIONS that it takes.",
                id="event_pdfs.E030",
            )
        ]
    if not isinstance(delivery, WebServerDelivery) or _lies_on_disk():
        return []
    return [
        checks.Warning(
            f"{type(delivery).__name__} has no files to name: the storage has no local paths.",
            hint="Django streams every document itself. Leave DELIVERY out, or use a "
            "FileSystemStorage whose folder the web server reads.",
            id="event_pdfs.W030",
        )
    ]


_ALLOWABLE = ACTIVE_CONTENT.keys() - NEVER_ALLOWED


def _lies_on_disk() -> bool:
    try:
        return has_paths(document_storage())
    except (ImportError, ImproperlyConfigured):  # No storage at all, which Django tells better.
        return True


def _inspection_hint(key: str, value: Any) -> str:
    """Return what to write instead of a value; nothing where it is right."""
    match key:
        case "concurrency":
            return "" if _is_whole(value, 1) else "Write a whole number, 1 or more."
        case "wait":
            is_right = isinstance(value, timedelta) or _is_whole(value, 0)
            return "" if is_right else "Write a timedelta, or whole seconds."
        case "isolate":
            return "" if value in ISOLATE else f"Write one of {', '.join(map(repr, ISOLATE))}."
    return "There is no such key. Write concurrency, wait or isolate."


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
