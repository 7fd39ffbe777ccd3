"""Replacing the document of an event, by ``save()`` and by a request."""

import time
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from django_event_pdfs.inspection import inspect_upload
from django_event_pdfs.testing import make_pdf
from tests.benchmarks.hosts.events import START, model


def create() -> str:
    """Make the event whose document is replaced; return its key."""
    return str(model()._base_manager.create(**START, name="Summit", programme_file=upload(0)).pk)


def replace(pk: str, size: int, *, inspected: bool) -> float:
    """Replace the document of the event; return milliseconds of assigning and saving it.

    An ``inspected`` upload was judged before, as the serializer has done when it saves.
    """
    event: Any = model()._base_manager.get(pk=pk)
    file = upload(size)
    if inspected:
        inspect_upload(file)
    start = time.perf_counter()
    event.programme_file = file
    event.save()
    return (time.perf_counter() - start) * 1000


def request(pk: str, size: int) -> float:
    """Send a document to the API of the host; return milliseconds of the whole request."""
    client, body = _client(), {"programme_file": upload(size)}
    start = time.perf_counter()
    response = client.patch(f"/api/events/{pk}/", body, format="multipart")
    taken = (time.perf_counter() - start) * 1000
    assert response.status_code == 200, response.content
    return taken


@cache
def _client() -> APIClient:
    client = APIClient()
    client.force_authenticate(get_user_model().objects.create_superuser("manager"))
    return client


def upload(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("programme.pdf", make_pdf(padding=size), "application/pdf")
