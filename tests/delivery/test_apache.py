"""ApacheDelivery: the path in X-Sendfile. What Apache makes of it: tests/servers."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import RequestFactory

from django_event_pdfs.delivery import ApacheDelivery, Representation, get_delivery
from tests.delivery.test_nginx import NAMES


@pytest.mark.parametrize("name", [name for name, _encoded in NAMES])
def test_the_absolute_path_is_percent_encoded(tmp_path: Path, name: str) -> None:
    place = FileSystemStorage(tmp_path / "a folder")
    Path(place.path(name)).parent.mkdir(parents=True)
    Path(place.path(name)).write_bytes(b"%PDF-1.7")
    document = Representation(place, name, "a.pdf", "private")
    value = ApacheDelivery().respond(RequestFactory().get("/"), document)["X-Sendfile"]
    assert value.isascii()
    assert not {" ", "?", "#", "\r"} & {*value}
    assert unquote(value) == place.path(name)


def test_the_settings_choose_it(settings: Any) -> None:
    backend = "django_event_pdfs.delivery.ApacheDelivery"
    options = {"frame_ancestors": ["https://app.example.org"]}
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend, "OPTIONS": options}}
    delivery = get_delivery()
    assert isinstance(delivery, ApacheDelivery)
    assert delivery.frame_ancestors == ["https://app.example.org"]
