"""The host's whole model: every column comes from the library."""

from django_event_pdfs.models import AbstractEvent


class Event(AbstractEvent):
    """An event with a programme and a guide."""
