"""The mount of links: ``path("media/", include("django_event_pdfs.file_urls"))``.

Only folders of PDFFields are matched, so that other URLs below the same prefix stay the host's.
"""

import re
from collections.abc import Iterator

from django.urls import URLPattern, re_path

from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.links import FILE_URL_NAME
from django_event_pdfs.models import document_models
from django_event_pdfs.views import open_link


def _folders() -> Iterator[str]:
    for model in document_models():
        for field in local_document_fields(model):
            yield from field.served_folders


def _patterns() -> list[URLPattern]:
    folders = "|".join(sorted({re.escape(folder) for folder in _folders()}))
    if not folders:
        return []
    return [re_path(rf"^(?P<name>(?:{folders})[^\x00-\x1f]+)$", open_link, name=FILE_URL_NAME)]


urlpatterns = _patterns()
