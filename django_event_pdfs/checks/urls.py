"""Checks of the URLs that serve events and their documents."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.urls import URLResolver, get_resolver, get_script_prefix

from django_event_pdfs.checks.fields import every_document_field
from django_event_pdfs.checks.storage import made_storage
from django_event_pdfs.fields import document_fields
from django_event_pdfs.links import (
    SignedLinks,
    document_views,
    file_mount,
    get_links,
    match_path,
    view_classes,
)
from django_event_pdfs.models import get_event_model

Messages = list[checks.CheckMessage]


def check_event_model(app_configs: Any, **kwargs: Any) -> Messages:
    """E002: the bundled event API is mounted and has no model, or several to choose from."""
    problem = _event_model_problem()
    if not problem or not _has_urls() or not _mounts_bundled_viewset():
        return []
    return [
        checks.Error(
            problem,
            hint="Set EVENT_PDFS['EVENT_MODEL'] = 'app.Model', a model with a PDFField.",
            id="event_pdfs.E002",
        )
    ]


def check_file_mount(app_configs: Any, **kwargs: Any) -> Messages:
    """E004: signed links that no URL leads to."""
    fields = list(every_document_field())
    links = _signed_links()
    if not fields or links is None or links.base_url or not _has_urls():
        return []
    if file_mount(fields[0].folder) is not None:
        return []
    return [
        checks.Error(
            "No URL serves the links of documents.",
            hint='Add path("media/", include("django_event_pdfs.file_urls")) to the URLconf, '
            "below a prefix without parameters.",
            id="event_pdfs.E004",
        )
    ]


def check_one_viewset(app_configs: Any, **kwargs: Any) -> Messages:
    """W002: the bundled viewset beside a host's own for the same model."""
    views = {view for view, _field in document_views()} if _has_urls() else set()
    bundled = {view for view in views if _is_bundled(view)}
    rivals = sorted(
        f"{view.__module__}.{view.__qualname__}"
        for view in views - bundled
        if bundled and not _event_model_problem() and view.get_document_model() is get_event_model()
    )
    return [
        checks.Warning(
            f"The bundled EventViewSet and {rival} serve the same model.",
            hint='With a viewset of your own, include only "django_event_pdfs.file_urls". '
            "Otherwise the bundled one stays open beside it, with its own permissions.",
            id="event_pdfs.W002",
        )
        for rival in rivals
    ]


def check_unsigned_access(app_configs: Any, **kwargs: Any) -> Messages:
    """W003: another URL pattern serves the documents, to anyone and without a signature."""
    if _signed_links() is None or not _has_urls():
        return []
    return [
        checks.Warning(
            f"{address} is served without a signature.",
            hint="Another URL pattern serves the folder of the documents. Give them a storage with "
            "a location of its own: an alias in STORAGES, named in EVENT_PDFS['STORAGE'].",
            obj=field,
            id="event_pdfs.W003",
        )
        for field in every_document_field()
        for address in _unsigned_addresses(field.folder)
    ]


def _unsigned_addresses(folder: str) -> Iterator[str]:
    """Yield each URL path at which a view like Django's ``serve`` publishes a folder."""
    storage = made_storage()
    if not isinstance(storage, FileSystemStorage):
        return
    place = Path(storage.location, folder).resolve()
    for prefix, root in _published(get_resolver(), get_script_prefix()):
        if place.is_relative_to(root):
            address = f"{prefix}{place.relative_to(root).as_posix()}/"
            match = match_path(f"{address}probe.pdf")
            if match and "document_root" in match.kwargs:  # No other pattern comes before it.
                yield address


def _published(resolver: URLResolver, before: str) -> Iterator[tuple[str, Path]]:
    """Yield path and folder of every URL pattern like those of Django's ``static()``."""
    for pattern in resolver.url_patterns:
        # What stands before the first parameter, as it is in a URL.
        text = re.split(r"\(\?P<|<", str(pattern.pattern))[0].lstrip("^")
        path = before + re.sub(r"\\(.)", r"\1", text)
        if isinstance(pattern, URLResolver):
            yield from _published(pattern, path)
        elif root := pattern.default_args.get("document_root"):
            yield path, Path(root).resolve()


def _event_model_problem() -> str:
    """Return why the bundled API has no model, empty where it has one."""
    try:
        model = get_event_model()
    except ImproperlyConfigured as error:
        return str(error)
    return "" if document_fields(model) else f"{model._meta.label} has no PDFField."


def _signed_links() -> SignedLinks | None:
    """Return the link maker where it signs; E016 tells of one that cannot be made."""
    try:
        links = get_links()
    except Exception:
        return None
    return links if isinstance(links, SignedLinks) else None


def _has_urls() -> bool:
    return bool(getattr(settings, "ROOT_URLCONF", None))


def _mounts_bundled_viewset() -> bool:
    return any(hasattr(view, "is_bundled") for view in view_classes())


def _is_bundled(view: type[Any]) -> bool:
    # By a mark: importing the viewsets here would load DRF and all it names in every process. Its
    # own and not inherited: a host's subclass is another viewset beside it.
    return "is_bundled" in vars(view)
