"""Delivery: how the bytes of a document leave."""

from django_event_pdfs.delivery.base import BaseDelivery, Representation
from django_event_pdfs.delivery.handler import get_delivery
from django_event_pdfs.delivery.redirect import RedirectDelivery
from django_event_pdfs.delivery.stream import StreamDelivery

__all__ = ["BaseDelivery", "RedirectDelivery", "Representation", "StreamDelivery", "get_delivery"]
