"""The scanner that the settings name."""

from django_event_pdfs.backends import load_backend
from django_event_pdfs.conf import conf
from django_event_pdfs.scanning.base import Scanner


def get_scanner() -> Scanner | None:
    """Return the scanner of ``EVENT_PDFS["SCANNER"]``, None where there is none."""
    if not conf.scanner:
        return None
    scanner: Scanner = load_backend("SCANNER")
    return scanner
