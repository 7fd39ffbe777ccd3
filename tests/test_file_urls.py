"""The mount of links: it serves the folders of documents, and leaves everything else alone."""

from types import ModuleType
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from django_event_pdfs.links import get_links
from tests.conftest import upload
from tests.testapp.models import Event

FILES = "django_event_pdfs.file_urls"


@pytest.fixture
def link(event: Event) -> str:
    event.programme_file = upload()
    event.save()
    return event.programme_file.url


def avatar(request: Any, name: str) -> HttpResponse:
    return HttpResponse(f"the host's {name}")


def test_other_urls_below_the_mount_stay_the_hosts(client: Client, settings: Any) -> None:
    urlconf = ModuleType("urls_of_a_host")
    urlconf.urlpatterns = [path("media/", include(FILES)), path("media/<path:name>", avatar)]
    settings.ROOT_URLCONF = urlconf
    for name in ("avatars/x.png", "events/avatars/x.pdf", "x.pdf", "Events/programmes/x.pdf"):
        assert client.get(f"/media/{name}").content.decode() == f"the host's {name}"


@pytest.mark.parametrize(
    "address",
    [
        "/media/events/programmes/",
        "/media/events/programmes/%00.pdf",
        "/media/events/programmes/a.pdf%0A",
        "/media/events/programmes/%0A",
        "/media/events/programmesx/a.pdf",
        "/media/x/events/programmes/a.pdf",
    ],
)
def test_an_address_outside_the_folders_is_nobodys(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "events/programmes/../../../../etc/passwd",
        "events/programmes/..%2f..%2f..%2fetc%2fpasswd",
        "events/programmes/%2e%2e/%2e%2e/secret.pdf",
        "events/programmes//etc/passwd",
        "events/programmes/..\\..\\secret.pdf",
        "events%2Fprogrammes%2Fa.pdf",
        "events/programmes/%ff%fe.pdf",
        "events/programmes/" + "a" * 5000,
    ],
)
def test_a_path_that_climbs_is_a_forged_link(client: Client, name: str) -> None:
    assert client.get(f"/media/{name}?signature=x").status_code == 403


def test_a_row_that_names_a_path_outside_the_storage_opens_nothing(
    client: Client, event: Event
) -> None:
    Event.objects.filter(pk=event.pk).update(programme_file="events/programmes/../../../x.pdf")
    event.refresh_from_db()
    url = get_links().make(event.programme_file.name).url
    response = client.get(url)
    assert (response.status_code, response.json()["codes"]["detail"]) == (404, ["file_missing"])


def test_a_newline_after_a_genuine_name_is_another_name(client: Client, link: str) -> None:
    assert client.get(link.replace(".pdf?", ".pdf%0A?")).status_code == 404
