"""NginxDelivery: the path in X-Accel-Redirect. What nginx makes of it: tests/servers."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import RequestFactory

from django_event_pdfs.delivery import NginxDelivery, Representation, get_delivery
from django_event_pdfs.naming import new_name

# What stands in a legacy name, and in the header.
NAMES = [
    ("events/a b.pdf", "events/a%20b.pdf"),
    ("events/100%25.pdf", "events/100%2525.pdf"),
    ("events/what?.pdf", "events/what%3F.pdf"),
    ("events/no#1.pdf", "events/no%231.pdf"),
    ("events/議程.pdf", "events/%E8%AD%B0%E7%A8%8B.pdf"),
    ("events/été.pdf", "events/%C3%A9t%C3%A9.pdf"),
    ("events/a\r\nX: y.pdf", "events/a%0D%0AX%3A%20y.pdf"),
    ("events/old/../new.pdf", "events/new.pdf"),
    ("./events//a.pdf", "events/a.pdf"),
]


def redirect(place: FileSystemStorage, name: str, **options: Any) -> str:
    return str(answered(place, name, **options)["X-Accel-Redirect"])


def answered(place: FileSystemStorage, name: str, **options: Any) -> Any:
    Path(place.path(name)).parent.mkdir(exist_ok=True)
    Path(place.path(name)).write_bytes(b"%PDF-1.7")
    document = Representation(place, name, "a.pdf", "private")
    return NginxDelivery(**options).respond(RequestFactory().get("/"), document)


@pytest.mark.parametrize(("name", "encoded"), NAMES)
def test_the_path_is_percent_encoded(tmp_path: Path, name: str, encoded: str) -> None:
    assert redirect(FileSystemStorage(tmp_path), name) == f"/_event_pdfs/{encoded}"


def test_a_name_that_is_an_absolute_path_is_named_below_the_location(tmp_path: Path) -> None:
    name = str(tmp_path / "events" / "a.pdf")
    assert redirect(FileSystemStorage(tmp_path), name) == "/_event_pdfs/events/a.pdf"


def test_django_leaves_accept_ranges_to_nginx_which_would_say_it_twice(tmp_path: Path) -> None:
    assert "Accept-Ranges" not in answered(FileSystemStorage(tmp_path), "a.pdf")


@pytest.mark.parametrize("location", ["/pdfs/", "pdfs", "/pdfs"])
def test_the_location_is_an_option(tmp_path: Path, location: str) -> None:
    place = FileSystemStorage(tmp_path)
    assert redirect(place, "a.pdf", location=location) == "/pdfs/a.pdf"


def test_the_settings_choose_it(settings: Any, tmp_path: Path) -> None:
    backend = "django_event_pdfs.delivery.NginxDelivery"
    options = {"location": "/pdfs/", "frame_ancestors": ["https://app.example.org"]}
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend, "OPTIONS": options}}
    place = FileSystemStorage(tmp_path)
    name = place.save(new_name("events/", "programme_file"), ContentFile(b"%PDF-1.7"))
    document = Representation(place, name, "a.pdf", "private")
    response = get_delivery().respond(RequestFactory().get("/"), document)
    assert response["X-Accel-Redirect"] == f"/pdfs/{name}"
    assert response["Content-Security-Policy"] == "frame-ancestors https://app.example.org"
