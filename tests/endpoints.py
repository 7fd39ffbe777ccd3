"""Every endpoint of the bundled API, by what it does to an event."""

import json

from rest_framework.test import APIClient

from django_event_pdfs.testing import make_pdf

EVENTS = "/api/events/"
NEW = {"name": "S", "start_date": "2026-12-01T09:00:00Z"}
PDF = "application/pdf"
READS = ("list", "detail", "open", "head", "options")
WRITES = ("create", "put", "patch", "destroy", "store", "clear")


def ask(client, endpoint, event):
    """Send the request of an endpoint."""
    detail = f"{EVENTS}{event.pk}/"
    document = f"{detail}programme_file/"
    calls = {
        "list": lambda: client.get(EVENTS),
        "detail": lambda: client.get(detail),
        "open": lambda: client.get(document),
        "head": lambda: client.head(document),
        "options": lambda: client.options(detail),
        "create": lambda: client.post(EVENTS, json.dumps(NEW), content_type="application/json"),
        "put": lambda: client.put(detail, json.dumps(NEW), content_type="application/json"),
        "patch": lambda: client.patch(detail, "{}", content_type="application/json"),
        "destroy": lambda: client.delete(detail),
        "store": lambda: client.put(document, make_pdf(), content_type=PDF),
        "clear": lambda: client.delete(document),
    }
    return calls[endpoint]()


def signed_in(user):
    """Return a client of a user."""
    client = APIClient()
    client.force_authenticate(user)
    return client
