"""``{% load event_pdfs %}``: links of documents in templates."""

from typing import Any

from django import template
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def document_link(context: Context, document: Any, *, download: bool = False) -> str:
    """Return the link of a document, empty where there is no document or no link.

    It is absolute where the context has the request. ``download=True`` makes browsers save the
    document instead of showing it. As with ``.url``, nobody is asked whether they may read.
    """
    try:
        url: str = (document.download_url if download else document.url) if document else ""
    except ValueError:  # No link: LinkUnavailable. As Django's own, where nothing is stored yet.
        return ""
    request = context.get("request")
    return request.build_absolute_uri(url) if url and request else url
