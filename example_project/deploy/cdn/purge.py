"""Tell the edges that a document is gone. Import this module in ``ready()`` of your app."""

from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from django.dispatch import receiver

from django_event_pdfs.signals import document_cleared, document_deleted, document_replaced

EDGES = ["127.0.0.1:6081"]
SITE = "events.example.org"


@receiver([document_replaced, document_cleared, document_deleted])
def purge(sender: Any, old_url: str | None, **kwargs: Any) -> None:
    """Purge the path of what was there before; Django logs an edge that does not answer."""
    for edge in EDGES if old_url else ():
        connection = HTTPConnection(edge, timeout=5)
        try:
            connection.request("PURGE", urlsplit(old_url).path, headers={"Host": SITE})
            connection.getresponse().read()
        finally:
            connection.close()
