"""Checks of the backends that ``EVENT_PDFS`` names: each is made, and its options are read."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core import checks

from django_event_pdfs.checks.extras import install_hint
from django_event_pdfs.checks.values import is_duration, is_list
from django_event_pdfs.conf import conf, written
from django_event_pdfs.delivery import BaseDelivery, get_delivery
from django_event_pdfs.links import BaseLinks, SignedLinks, get_links
from django_event_pdfs.scanning import get_scanner

Messages = list[checks.CheckMessage]


def check_scanner(app_configs: Any, **kwargs: Any) -> Messages:
    """E009: a SCANNER that cannot be made. Uploads would fail."""
    scanner, problem, hint = _made("SCANNER", get_scanner, _SCANNER_HINT)
    if not problem and (scanner is None or callable(getattr(scanner, "scan", None))):
        return []
    problem = problem or f"{scanner!r} has no scan()."
    return [
        checks.Error(
            f"EVENT_PDFS['SCANNER'] cannot be used: {problem}", hint=hint, id="event_pdfs.E009"
        )
    ]


def check_links(app_configs: Any, **kwargs: Any) -> Messages:
    """E016: a link maker that cannot be made. No event with a document could be shown."""
    links, problem, hint = _made("LINKS", get_links, _LINKS_HINT)
    if not problem and isinstance(links, BaseLinks):
        return []
    problem = problem or f"{links!r} is no BaseLinks."
    return [
        checks.Error(
            f"EVENT_PDFS['LINKS'] cannot be used: {problem}",
            hint=hint,
            id="event_pdfs.E016",
        )
    ]


def check_delivery(app_configs: Any, **kwargs: Any) -> Messages:
    """E017: a delivery backend that cannot be made. No document could be opened."""
    delivery, problem, hint = _made("DELIVERY", get_delivery, _DELIVERY_HINT)
    if not problem and isinstance(delivery, BaseDelivery):
        return []
    problem = problem or f"{delivery!r} is no BaseDelivery."
    return [
        checks.Error(
            f"EVENT_PDFS['DELIVERY'] cannot be used: {problem}",
            hint=hint,
            id="event_pdfs.E017",
        )
    ]


def check_links_options(app_configs: Any, **kwargs: Any) -> Messages:
    """E018: options of ``SignedLinks`` that make no links, or links that do not work."""
    links, _, _ = _made("LINKS", get_links, "")
    if not isinstance(links, SignedLinks):
        return []
    wrong = {
        "max_age": links.max_age is None or is_duration(links.max_age, 1),
        "window": links.window is None or is_duration(links.window),
        "base_url": not links.base_url or _is_base(links.base_url),
        "filename": isinstance(links.filename, bool),
    }
    return [
        checks.Error(
            f"EVENT_PDFS['LINKS']['OPTIONS']['{option}'] is {getattr(links, option)!r}.",
            hint=_OPTIONS[option],
            id="event_pdfs.E018",
        )
        for option, is_right in wrong.items()
        if not is_right
    ]


def check_delivery_options(app_configs: Any, **kwargs: Any) -> Messages:
    """E019: ``frame_ancestors`` that are no list of sources."""
    delivery, _, _ = _made("DELIVERY", get_delivery, "")
    sources = getattr(delivery, "frame_ancestors", ())
    if is_list(sources) and all(
        isinstance(source, str) and _is_source(source) for source in sources
    ):
        return []
    return [
        checks.Error(
            f"EVENT_PDFS['DELIVERY']['OPTIONS']['frame_ancestors'] is {sources!r}.",
            hint="""Write a list of sources: ["'self'", "https://example.org"].""",
            id="event_pdfs.E019",
        )
    ]


_SCANNER_HINT = (
    'Write {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner", '
    '"OPTIONS": {"socket": "/run/clamav/clamd.ctl"}}, or the dotted path of yours.'
)
_LINKS_HINT = (
    'Write {"BACKEND": "django_event_pdfs.links.SignedLinks", "OPTIONS": {}}, or the dotted path '
    "of a BaseLinks of yours."
)
_DELIVERY_HINT = (
    'Write {"BACKEND": "django_event_pdfs.delivery.StreamDelivery", "OPTIONS": {}}, or the dotted '
    "path of a BaseDelivery of yours."
)

_OPTIONS = {
    "max_age": "Write a timedelta, or whole seconds, 1 or more.",
    "window": "Write a timedelta, or whole seconds, 0 or more.",
    "base_url": 'Write an absolute URL, without a query: "https://files.example.org/media/".',
    "filename": "Write True or False.",
}


def _made(key: str, make: Any, hint: str) -> tuple[Any, str, str]:
    """Return the backend of a setting, or what keeps it from being made and what to do about it."""
    problem = _shape_problem(written(key, {}), is_optional=key == "SCANNER")
    if problem:
        return None, problem, hint
    try:
        return make(), "", hint
    except Exception as error:  # A backend of a host's own may raise whatever it likes.
        backend = getattr(conf, key.lower()).get("BACKEND")
        return None, f"{type(error).__name__}: {error}", install_hint(error, backend, hint)


def _shape_problem(setting: Any, *, is_optional: bool) -> str:
    if setting is None and is_optional:
        return ""
    if not isinstance(setting, Mapping):
        return f"it is {setting!r}, which is no dict."
    unknown = [key for key in setting if key not in ("BACKEND", "OPTIONS")]
    if unknown:
        return f"it has {unknown[0]!r} beside BACKEND and OPTIONS."
    options = setting.get("OPTIONS", {})
    return "" if isinstance(options, Mapping) else f"its OPTIONS are {options!r}, which is no dict."


def _is_base(url: Any) -> bool:
    """Return whether names can be put behind a URL."""
    try:
        parts = urlsplit(url)
    except (ValueError, TypeError, AttributeError):
        return False
    is_absolute = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_absolute and "?" not in url and "#" not in url and not any(map(str.isspace, url))


def _is_source(text: str) -> bool:
    # What separates sources and directives would let one be read as several.
    return text.isascii() and text.isprintable() and bool(text) and not set(text) & set(" ;,")
