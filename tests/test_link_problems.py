"""What is said where a link opens nothing: to browsers, to programs, in the words of the host."""

import logging
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from django_event_pdfs.link_problems import PROBLEMS, problem
from tests.pages import DOCS, blocks, read, rows
from tests.testapp.models import Event

ADDRESS = "https://api.example.org/events/1/programme_file/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DJANGO = "django.template.backends.django.DjangoTemplates"


class Page(HTMLParser):
    """The elements of a page, in order: (tag, attributes), and its text."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.elements if found == tag]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def template(settings: Any, tmp_path: Path) -> Any:
    """Return ``template(text)``, which puts the host's own template where Django finds it first."""

    def template(text: str) -> None:
        path = tmp_path / "django_event_pdfs" / "link_problem.html"
        path.parent.mkdir()
        path.write_text(text)
        settings.TEMPLATES = [{"BACKEND": DJANGO, "DIRS": [tmp_path], "APP_DIRS": True}]

    return template


def answer(code: str, *given: Any, accept: str = BROWSER) -> Any:
    return problem(RequestFactory().get("/", headers={"accept": accept}), code, *given)


def event_at(url: Any) -> Any:
    event = Event(name="Summit")
    event.get_absolute_url = url if callable(url) else lambda: url  # type: ignore[attr-defined]
    return event


# Whoever asks


@pytest.mark.parametrize("accept", [BROWSER, "application/json"])
@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_is_said_with_its_status_and_not_stored(code: str, accept: str) -> None:
    response = answer(code, accept=accept)
    assert response.status_code == PROBLEMS[code][0]
    assert response["Cache-Control"] == "no-store"
    assert str(PROBLEMS[code][1]) in response.content.decode()


@pytest.mark.parametrize("accept", [BROWSER, "application/json"])
def test_a_storage_that_fails_says_when_to_come_again(accept: str) -> None:
    assert answer("storage_unavailable", accept=accept)["Retry-After"] == "10"
    assert "Retry-After" not in answer("document_removed", accept=accept)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("*/*", "application/json"),
        ("", "application/json"),
        ("application/pdf", "application/json"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("text/html;q=0.1, application/json", "application/json"),
        ("nonsense", "application/json"),
        ("text/html;q=x", "text/html"),
        (",;;=/" * 5000, "application/json"),
        ("té/xt", "application/json"),
    ],
)
def test_who_prefers_html_gets_a_page(accept: str, kind: str) -> None:
    assert answer("link_forged", accept=accept)["Content-Type"].split(";")[0] == kind


def test_json_names_the_code_and_the_permalink() -> None:
    body = answer("link_expired", event_at("/e/1"), ADDRESS, accept="application/json")
    assert body.content == (
        b'{"detail": "This link has expired. Open the event again to get a new one.", '
        b'"codes": {"detail": ["link_expired"]}, '
        b'"permalink": "https://api.example.org/events/1/programme_file/"}'
    )


# The page


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_the_page_is_well_formed_and_can_be_read_by_all(code: str) -> None:
    page = Page(answer(code, event_at("/e/1"), ADDRESS))
    assert page.open == []
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert [len(page.all(tag)) for tag in ("title", "main", "h1")] == [1, 1, 1]
    [viewport] = [meta for meta in page.all("meta") if meta.get("name") == "viewport"]
    assert viewport["content"] == "width=device-width, initial-scale=1"  # Zooming stays possible.
    assert all(svg["aria-hidden"] == "true" for svg in page.all("svg"))
    assert page.all("script") == page.all("link") == page.all("img") == []


@pytest.mark.parametrize(
    ("asked", "language", "heading"),
    [
        ("en", "en", "No document here"),
        ("fr", "fr", "Aucun document ici"),
        ("fr-ca", "fr", "Aucun document ici"),
        # Languages of Django without a translation of ours.
        ("de", "en", "No document here"),
        ("ar", "en", "No document here"),
    ],
)
def test_the_page_says_which_language_it_is_in(asked: str, language: str, heading: str) -> None:
    with translation.override(asked):
        page = Page(answer("link_forged"))
    assert page.all("html") == [{"lang": language, "dir": "ltr"}]
    assert heading in page.text


def test_the_page_leads_to_the_permalink() -> None:
    assert Page(answer("link_expired", None, ADDRESS)).all("a") == [{"href": ADDRESS}]
    assert Page(answer("link_expired")).all("a") == []


@pytest.mark.parametrize(
    "url", ["/e/1/", "https://app.example.org/e/1?a=b&c=d", "exampleapp://events/1"]
)
def test_the_page_leads_to_the_event_by_its_absolute_url(url: str) -> None:
    page = Page(answer("link_expired", event_at(url), ADDRESS))
    assert page.all("a") == [{"href": url}, {"href": ADDRESS}]


def test_a_url_of_the_event_cannot_leave_its_attribute() -> None:
    page = Page(answer("link_expired", event_at('/"><script>alert(1)</script>')))
    assert page.all("script") == []


@pytest.mark.parametrize("accept", [BROWSER, "application/json"])
def test_a_url_that_cannot_be_made_is_logged_and_left_out(
    accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise AttributeError("no venue")

    with caplog.at_level(logging.ERROR, "django_event_pdfs"):
        response = answer("link_expired", event_at(fail), accept=accept)
    assert response.status_code == 410
    assert len(caplog.records) == (accept == BROWSER)


@pytest.mark.parametrize(
    ("code", "advised"),
    [("link_forged", True), ("document_removed", True), ("link_expired", False)],
)
def test_who_is_at_a_dead_end_is_told_where_to_go(code: str, advised: bool) -> None:
    assert ("Ask for a new link" in Page(answer(code)).text) is advised


def test_the_page_may_be_framed_where_a_document_may(settings: Any) -> None:
    settings.EVENT_PDFS = {"DELIVERY": {"OPTIONS": {"frame_ancestors": ["https://a.example"]}}}
    response = answer("link_expired")
    assert response["Content-Security-Policy"] == "frame-ancestors https://a.example"
    assert response.xframe_options_exempt


def test_where_the_page_leads_is_not_told_the_link() -> None:
    assert answer("link_expired")["Referrer-Policy"] == "no-referrer"


# In the words of the host


def test_a_host_replaces_the_page(template: Any) -> None:
    template(
        "{{ code }} {{ status }} {{ detail }} {{ permalink }} {{ event_url }} {{ event.name }}"
    )
    said = answer("link_expired", event_at("/e/1"), ADDRESS).content.decode()
    assert said == f"link_expired 410 {PROBLEMS['link_expired'][1]} {ADDRESS} /e/1 Summit"


def test_a_host_replaces_a_part_of_the_page(template: Any) -> None:
    links = DOCS / "reference" / "links.md"
    [documented] = [text for text in blocks(links, "html+django") if "link_problem" in text]
    template(documented)
    event = Event(name="Summit")
    page = Page(answer("link_expired", event, ADDRESS))
    assert page.all("a") == [{"href": ADDRESS}, {"href": f"exampleapp://events/{event.pk}"}]
    assert "No document here" in page.text
    assert "{" not in page.text


def test_every_variable_of_the_page_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def render(template: str, context: dict[str, Any], request: Any) -> str:
        given.update(context)
        return ""

    monkeypatch.setattr("django_event_pdfs.link_problems.render_to_string", render)
    answer("link_expired", event_at("/e/1"), ADDRESS)
    page = read(DOCS / "reference" / "links.md").partition("| variable | meaning |")[2]
    assert {row[0] for row in rows(page.partition("\n\n")[0])} == given.keys()


@pytest.mark.parametrize("block", ["title", "style", "content", "actions"])
def test_every_block_can_be_replaced(template: Any, block: str) -> None:
    start = '{% extends "django_event_pdfs/link_problem.html" %}'
    template(f"{start}{{% block {block} %}}of the host{{% endblock %}}")
    assert "of the host" in answer("link_forged").content.decode()


@pytest.mark.parametrize(
    "engines",
    [
        [],
        [{"BACKEND": DJANGO}],
        [{"BACKEND": "django.template.backends.dummy.TemplateStrings", "APP_DIRS": True}],
    ],
)
def test_without_django_templates_the_page_is_ours(settings: Any, engines: Any) -> None:
    settings.TEMPLATES = engines
    assert "No document here" in Page(answer("link_forged")).text


def test_a_template_that_the_host_forgot_is_its_own_error(template: Any) -> None:
    template('{% extends "missing.html" %}')
    with pytest.raises(Exception, match=r"missing\.html"):
        answer("link_forged")
