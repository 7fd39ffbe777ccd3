"""The contract of every delivery backend, which hosts have too."""

from django_event_pdfs.testing.answers import CACHE_CONTROL, CONTENT, SIZE, Answer
from django_event_pdfs.testing.deliveries import DeliveryContract
from django_event_pdfs.testing.middleware import MiddlewareContract, read

__all__ = [
    "CACHE_CONTROL",
    "CONTENT",
    "SIZE",
    "Answer",
    "DeliveryContract",
    "MiddlewareContract",
    "read",
]
