"""``{% document_link %}``, and ``.url`` where a page or a payload is made by hand."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.http import JsonResponse
from django.template import Context, RequestContext, Template
from django.test import Client, RequestFactory
from django.urls import path

from tests.host_urls import LINKS, urlconf
from tests.pages import DOCS, blocks
from tests.testapp.models import Event

LOAD = "{% load event_pdfs %}"
TAG = "{% document_link event.programme_file %}"
DOWNLOAD = "{% document_link event.programme_file download=True %}"


def rendered(source: str, request: Any = None, **values: Any) -> str:
    context = RequestContext(request, values) if request else Context(values)
    return Template(LOAD + source).render(context)


def test_the_link_is_as_url_says_it_and_escaped_for_html(full: Event) -> None:
    url = full.programme_file.url
    assert rendered(TAG, event=full) == url.replace("&", "&amp;")
    assert rendered(f"{{% autoescape off %}}{TAG}{{% endautoescape %}}", event=full) == url


def test_the_link_is_absolute_where_the_page_has_a_request(full: Event) -> None:
    request = RequestFactory().get("/page/", headers={"host": "localhost:8000"})
    request.user = AnonymousUser()
    link = rendered(f"{{% autoescape off %}}{TAG}{{% endautoescape %}}", request, event=full)
    assert link == f"http://localhost:8000{full.programme_file.url}"


def test_the_link_is_absolute_in_a_mail_where_base_url_is_set(full: Event, settings: Any) -> None:
    settings.EVENT_PDFS = {"LINKS": {"OPTIONS": {"base_url": "https://files.example.org/media"}}}
    assert rendered(TAG, event=full).startswith("https://files.example.org/media/events/")


def test_a_download_link_makes_browsers_save_the_document(client: Client, full: Event) -> None:
    assert rendered(DOWNLOAD, event=full) == f"{rendered(TAG, event=full)}&amp;download=1"
    response = client.get(full.programme_file.download_url)
    assert response["Content-Disposition"].startswith("attachment; ")


def test_a_link_may_be_kept_in_a_variable(full: Event) -> None:
    source = (
        '{% document_link event.programme_file as url %}{% if url %}<a href="{{ url }}">{% endif %}'
    )
    url = full.programme_file.url.replace("&", "&amp;")
    assert rendered(source, event=full) == f'<a href="{url}">'


@pytest.mark.parametrize("tag", [TAG, DOWNLOAD])
def test_there_is_nothing_where_there_is_no_document(event: Event, tag: str) -> None:
    assert rendered(tag, event=event) == ""
    assert rendered(tag, event=None) == ""
    assert rendered(tag) == ""
    assert rendered(tag, RequestFactory().get("/"), event=event) == ""


@pytest.mark.parametrize("tag", [TAG, DOWNLOAD])
def test_there_is_nothing_where_there_is_no_link(event: Event, settings: Any, tag: str) -> None:
    event.programme_file = "elsewhere/old.pdf"
    assert rendered(tag, event=event) == ""
    event.programme_file = ContentFile(b"", "not stored yet.pdf")
    assert rendered(tag, event=event) == ""
    event.programme_file = "events/programmes/old.pdf"
    assert rendered(tag, event=event) != ""
    settings.ROOT_URLCONF = "django_event_pdfs.urls"  # no mount of links
    assert rendered(tag, event=event) == ""


# A payload made by hand


def test_a_payload_made_by_hand_needs_nothing_but_url(
    client: Client, full: Event, settings: Any, django_assert_num_queries: Any
) -> None:
    def login(request: Any) -> JsonResponse:
        event = Event.objects.get()
        return JsonResponse(
            {
                "token": "…",
                "event": {
                    "name": event.name,
                    "programme_file": request.build_absolute_uri(event.programme_file.url),
                    "guide_file": event.guide_file.url if event.guide_file else None,
                },
            }
        )

    settings.ROOT_URLCONF = urlconf(path("login/", login), LINKS)
    with django_assert_num_queries(1):
        event = json.loads(client.post("/login/").content)["event"]
    assert event["guide_file"] is None
    assert event["programme_file"].startswith("http://testserver/media/events/programmes/")
    assert client.get(event["programme_file"])["Content-Type"] == "application/pdf"


# As documented


LINKS_PAGE = DOCS / "reference" / "links.md"


def test_the_documented_template_shows_both_links(full: Event) -> None:
    [source] = [t for t in blocks(LINKS_PAGE, "html+django") if "document_link" in t]
    page = Template(source).render(Context({"event": full}))
    url = full.programme_file.url.replace("&", "&amp;")
    assert page.count(f'href="{url}"') == page.count(f'href="{url}&amp;download=1"') == 1
    full.programme_file = None
    assert "href" not in Template(source).render(Context({"event": full}))


def test_the_documented_expression_is_the_link_or_none(full: Event) -> None:
    [expression] = [t for t in blocks(LINKS_PAGE, "python") if "programme_file.url" in t]
    assert eval(expression, {"event": full}) == full.programme_file.url
    assert eval(expression, {"event": Event()}) is None
