"""The delivery backend that the settings name."""

from django_event_pdfs.backends import load_backend
from django_event_pdfs.delivery.base import BaseDelivery


def get_delivery() -> BaseDelivery:
    """Return the delivery backend of ``EVENT_PDFS["DELIVERY"]``."""
    delivery: BaseDelivery = load_backend("DELIVERY")
    return delivery
