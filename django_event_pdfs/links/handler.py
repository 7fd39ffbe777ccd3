"""The link maker that the settings name."""

from django_event_pdfs.backends import load_backend
from django_event_pdfs.links.base import BaseLinks


def get_links() -> BaseLinks:
    """Return the link maker of ``EVENT_PDFS["LINKS"]``."""
    links: BaseLinks = load_backend("LINKS")
    return links
