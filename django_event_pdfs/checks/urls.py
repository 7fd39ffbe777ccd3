"""Checks of the URLs that serve events and their documents."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.urls import ResolverMatch

from django_event_pdfs.links import (
    SignedLinks,
    document_views,
    file_mount,
    get_links,
    match_path,
    view_classes,
)
from django_event_pdfs.models import document_models, get_event_model, local_document_fields
from django_event_pdfs.storage import document_storage

Messages = list[checks.CheckMessage]


def check_event_model(app_configs: Any, **kwargs: Any) -> Messages:
    """E002: the bundled event API is mounted and has no model, or several to choose from."""
    try:
        get_event_model()
    except ImproperlyConfigured as error:
        if _has_urls() and _mounts_bundled_viewset():
            return [checks.Error(str(error), id="event_pdfs.E002")]
    return []


def check_file_mount(app_configs: Any, **kwargs: Any) -> Messages:
    """E004: signed links that no URL leads to."""
    fields = [f for model in document_models() for f in local_document_fields(model)]
    links = get_links()
    if not fields or not isinstance(links, SignedLinks) or links.base_url or not _has_urls():
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
        if bundled and view.get_document_model() is get_event_model()
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
    fields = [f for model in document_models() for f in local_document_fields(model)]
    if not fields or not isinstance(get_links(), SignedLinks) or not _has_urls():
        return []
    prefixes = {file_mount(fields[0].folder) or "", settings.MEDIA_URL}
    return [
        checks.Warning(
            f"{prefix}{field.folder} is served without a signature.",
            hint="Another URL pattern serves the folder of the documents. Give them a storage with "
            "a location of its own: an alias in STORAGES, named in EVENT_PDFS['STORAGE'].",
            obj=field,
            id="event_pdfs.W003",
        )
        for prefix in sorted(prefixes)
        for field in fields
        if prefix and _serves(match_path(f"{prefix}{field.folder}probe.pdf"), field.folder)
    ]


def _serves(match: ResolverMatch | None, folder: str) -> bool:
    """Return whether a view like Django's ``serve`` publishes a folder of documents."""
    root = match.kwargs.get("document_root") if match else None
    if root is None:
        return False
    storage = document_storage()
    if not isinstance(storage, FileSystemStorage):
        return False
    return Path(storage.path(folder)).resolve().is_relative_to(Path(root).resolve())


def _has_urls() -> bool:
    return bool(getattr(settings, "ROOT_URLCONF", None))


def _mounts_bundled_viewset() -> bool:
    return any(hasattr(view, "is_bundled") for view in view_classes())


def _is_bundled(view: type[Any]) -> bool:
    # By a mark: importing the viewsets here would load DRF and all it names in every process. Its
    # own and not inherited: a host's subclass is another viewset beside it.
    return "is_bundled" in vars(view)
