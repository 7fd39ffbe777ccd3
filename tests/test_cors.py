"""Clients in a browser, from another origin: what django-cors-headers and we let them read."""

import pytest
from corsheaders.defaults import default_headers

from django_event_pdfs.delivery.headers import EXPOSED
from django_event_pdfs.inspection import _turn
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW
from tests.pages import DOCS, blocks

pytestmark = pytest.mark.django_db

ORIGIN = "https://app.example"


def documented():
    """Return the settings that the documentation says."""
    [code] = [
        c for c in blocks(DOCS / "reference" / "api.md", "python") if "CORS_ALLOW_HEADERS" in c
    ]
    found = {}
    exec(code, found)
    return {name: value for name, value in found.items() if name.startswith("CORS_")}


@pytest.fixture(autouse=True)
def cors(settings):
    settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE]
    for name, value in documented().items():
        setattr(settings, name, value)
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


def names(value):
    return {name.strip().lower() for name in value.split(",")}


def exposed(response):
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    return names(response["Access-Control-Expose-Headers"])


def test_the_documented_headers_are_those_that_documents_have():
    assert names(EXPOSED) | {"retry-after"} == {*documented()["CORS_EXPOSE_HEADERS"]}
    assert {*documented()["CORS_ALLOW_HEADERS"]} >= {*default_headers}


@pytest.mark.parametrize("target", ["link", "permalink"])
def test_a_script_may_read_the_headers_of_a_document(api, full, target):
    url = full.programme_file.url if target == "link" else f"{EVENTS}{full.pk}/programme_file/"
    response = api.get(url, headers={"origin": ORIGIN})
    assert exposed(response) >= {"etag", "content-disposition", "content-range"}


@pytest.mark.parametrize("target", ["link", "permalink"])
def test_without_the_setting_a_document_says_so_itself(api, full, settings, target):
    settings.CORS_EXPOSE_HEADERS = []
    url = full.programme_file.url if target == "link" else f"{EVENTS}{full.pk}/programme_file/"
    assert exposed(api.get(url, headers={"origin": ORIGIN})) == names(EXPOSED)


def test_a_script_may_ask_for_ranges_and_set_conditions(client, full):
    wanted = "authorization,content-disposition,content-type,if-match,if-none-match,range"
    asked = {
        "origin": ORIGIN,
        "access-control-request-method": "PUT",
        "access-control-request-headers": wanted,
    }
    response = client.options(f"{EVENTS}{full.pk}/programme_file/", headers=asked)
    assert response.status_code == 200
    assert names(response["Access-Control-Allow-Headers"]) >= names(wanted)
    assert {"put", "delete"} <= names(response["Access-Control-Allow-Methods"])


def test_a_script_may_read_why_an_upload_was_cut_off(api, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": 10}
    data = {**NEW, "guide_file": upload()}
    response = api.post(EVENTS, data, format="multipart", headers={"origin": ORIGIN})
    assert response.status_code == 413
    assert response["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize("setting", [[], ["retry-after"]])
def test_a_script_may_read_when_to_come_back(api, settings, setting):
    settings.CORS_EXPOSE_HEADERS = setting
    policy = {"concurrency": 1, "wait": 0}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "INSPECTION": policy}
    with _turn():
        data = {**NEW, "guide_file": upload()}
        response = api.post(EVENTS, data, format="multipart", headers={"origin": ORIGIN})
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "retry-after" in exposed(response)
