"""The scanner that the settings name."""

from django.core.exceptions import ImproperlyConfigured

from django_event_pdfs.backends import load_backend
from django_event_pdfs.conf import conf
from django_event_pdfs.scanning.base import Scanner


def get_scanner() -> Scanner | None:
    """Return the scanner of ``EVENT_PDFS["SCANNER"]``, None where there is none.

    Raises:
        ImproperlyConfigured: it cannot be made of that.
    """
    if not conf.scanner:
        return None
    try:
        scanner: Scanner = load_backend("SCANNER")
    except (ImportError, LookupError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(str(error)) from error
    return scanner
