"""ApacheDelivery: the path in X-Sendfile. What Apache makes of it: tests/servers."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import RequestFactory

from django_event_pdfs.delivery import ApacheDelivery, Representation, get_delivery
from tests.delivery.contract import CONTENT, read
from tests.delivery.test_nginx import NAMES

PLAIN = ["events/programmes/a-b_c~1.pdf", "./events//a.pdf", "events/old/../new.pdf"]


def answer(place: FileSystemStorage, name: str) -> Any:
    Path(place.path(name)).parent.mkdir(parents=True)
    Path(place.path(name)).write_bytes(CONTENT)
    document = Representation(place, name, "a.pdf", "private")
    return read(ApacheDelivery().respond(RequestFactory().get("/"), document))


@pytest.mark.parametrize("name", PLAIN)
def test_the_absolute_path_is_named(tmp_path: Path, name: str) -> None:
    place = FileSystemStorage(tmp_path)
    headers = answer(place, name).headers
    assert (headers["X-Sendfile"], headers["Accept-Ranges"]) == (place.path(name), "bytes")


@pytest.mark.parametrize("name", [name for name, _encoded in NAMES if name not in PLAIN])
def test_a_path_that_reads_otherwise_unquoted_is_streamed(tmp_path: Path, name: str) -> None:
    found = answer(FileSystemStorage(tmp_path), name)
    assert found.body == CONTENT
    assert "X-Sendfile" not in found.headers


def test_the_settings_choose_it(settings: Any) -> None:
    backend = "django_event_pdfs.delivery.ApacheDelivery"
    options = {"frame_ancestors": ["https://app.example.org"]}
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend, "OPTIONS": options}}
    delivery = get_delivery()
    assert isinstance(delivery, ApacheDelivery)
    assert delivery.frame_ancestors == ["https://app.example.org"]
