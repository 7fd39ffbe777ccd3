"""Delivery: how the bytes of a document leave."""

from django_event_pdfs.delivery.apache import ApacheDelivery
from django_event_pdfs.delivery.base import BaseDelivery, Representation
from django_event_pdfs.delivery.handler import get_delivery
from django_event_pdfs.delivery.nginx import NginxDelivery
from django_event_pdfs.delivery.redirect import RedirectDelivery
from django_event_pdfs.delivery.stream import StreamDelivery
from django_event_pdfs.delivery.web_server import WebServerDelivery

__all__ = [
    "ApacheDelivery",
    "BaseDelivery",
    "NginxDelivery",
    "RedirectDelivery",
    "Representation",
    "StreamDelivery",
    "WebServerDelivery",
    "get_delivery",
]
