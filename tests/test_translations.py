"""Every sentence that a user may read is there in French."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.forms import modelform_factory
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

import django_event_pdfs
from django_event_pdfs.pdf import ACTIVE_CONTENT
from django_event_pdfs.validators import KINDS, MESSAGES, PDFValidator, refusal
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event

PACKAGE = Path(django_event_pdfs.__file__).parent
CATALOGUE = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po"
MARKS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
SAME_IN_FRENCH = {"%d page", "%d pages", "description", "guide", "programme"}
TRANSLATE = r'{% translate "(.+?)"(?: context "(.+?)")?'
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]")
NO_BREAK_SPACE = "\u00a0"


def marked_strings() -> set[str]:
    """Return what is marked for translation, in modules and templates."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        found |= set(marked_in(ast.parse(path.read_text(encoding="utf-8"))))
    for path in PACKAGE.rglob("*.html"):
        marked = re.findall(TRANSLATE, path.read_text(encoding="utf-8"))
        found |= {with_context(text, context) for text, context in marked}
    return found


def with_context(text: str, context: str) -> str:
    """Return the key of a text in compiled catalogues."""
    return f"{context}\x04{text}" if context else text


def marked_in(tree: ast.Module) -> Iterator[str]:
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            name = names[node.func.id]
            assert name in MARKS or "gettext" not in name, f"{name}: teach this test to read it"
            count = {"ngettext": 2, "ngettext_lazy": 2}.get(name, int(name in MARKS))
            yield from (ast.literal_eval(argument) for argument in node.args[:count])


def written() -> dict[str, str]:
    """Return the .po file: each original with its translation, plural forms one by one."""
    entries, lines, key = {}, {}, ""
    for line in [*CATALOGUE.read_text(encoding="utf-8").splitlines(), ""]:
        if match := re.match(r'(msg\S+) "', line):
            key = match[1]
        if line.startswith(("msg", '"')):
            lines[key] = lines.get(key, "") + ast.literal_eval(line.removeprefix(key).strip())
        elif not line and lines:
            original = with_context(lines["msgid"], lines.get("msgctxt", ""))
            entries[original] = lines.get("msgstr", lines.get("msgstr[0]", ""))
            if "msgid_plural" in lines:
                entries[lines["msgid_plural"]] = lines["msgstr[1]"]
            lines = {}
    del entries[""]  # the header
    return entries


FRENCH = written()


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Leave no language behind: that of a request stays active in its thread."""
    with translation.override("en"):
        yield


def test_what_is_marked_is_translated_and_nothing_else():
    assert marked_strings() == FRENCH.keys()


def test_every_translation_says_something_else():
    assert {original for original, french in FRENCH.items() if original == french} == SAME_IN_FRENCH
    assert all(FRENCH.values())


@pytest.mark.parametrize("original", sorted(FRENCH))
def test_a_translation_has_the_placeholders_of_its_original(original):
    found = [sorted(PLACEHOLDER.findall(text)) for text in (original, FRENCH[original])]
    assert found[0] == found[1]
    assert FRENCH[original].count("%") == original.count("%")


@pytest.mark.parametrize("original", sorted(FRENCH))
def test_a_translation_is_set_as_french_is(original):
    french = FRENCH[original]
    assert not re.search(rf"(?<!{NO_BREAK_SPACE})[;:?!»]|«(?!{NO_BREAK_SPACE})", french)
    assert not set(french) & set("'\"“”")
    assert original.endswith(".") == french.endswith(".")


def test_the_compiled_catalogue_is_that_of_the_source():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    read = {text: compiled.gettext(text) for text in FRENCH.keys() - {"%d page", "%d pages"}}
    for count, text in ((1, "%d page"), (2, "%d pages")):
        read[text] = compiled.ngettext("%d page", "%d pages", count)
    assert read == FRENCH


@pytest.mark.parametrize(("count", "said"), [(0, "0 page"), (1, "1 page"), (2, "2 pages")])
def test_pages_are_counted_as_french_does(count, said):
    with translation.override("fr"):
        assert translation.ngettext("%d page", "%d pages", count) % count == said


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_refusal_is_said_in_both_languages(code):
    said = {}
    for language in ("en", "fr"):
        with translation.override(language):
            params = dict.fromkeys(re.findall(r"%\((\w+)\)", str(MESSAGES[code])), 2)
            error = refusal(code, **params)
            said[language] = error.messages[0]
            assert error.code == code
    assert said["en"] != said["fr"]


@pytest.mark.parametrize("kind", sorted(ACTIVE_CONTENT))
def test_every_kind_of_active_content_is_named_in_both_languages(kind):
    with translation.override("en"):
        english = str(KINDS[kind])
    with translation.override("fr"):
        assert str(KINDS[kind]) != english


def with_script_and_attachment() -> bytes:
    names = b"/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>"
    action = b"/OpenAction << /S /JavaScript /JS (app.beep\\(0\\)) >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R %s %s >>" % (names, action)
    attached = b"<< /Type /Filespec /F (a.txt) /EF << /F 5 0 R >> >>"
    file = b"<< /Type /EmbeddedFile /Length 1 >>\nstream\na\nendstream"
    return pdfs.assemble((catalog, *pdfs.ONE_PAGE[1:], attached, file))


def test_several_kinds_are_listed_as_a_sentence_does():
    with translation.override("fr"):
        with pytest.raises(ValidationError) as caught:
            PDFValidator()(ContentFile(with_script_and_attachment(), "a.pdf"))
        assert "\xa0: un fichier joint et du code JavaScript." in caught.value.messages[0]


def refused(client: APIClient, event: Event, languages: str) -> dict[str, Any]:
    response = client.patch(
        reverse("event-detail", args=[event.pk]),
        {"programme_file": upload("programme.exe")},
        format="multipart",
        headers={"accept-language": languages},
    )
    assert response.status_code == 400
    return response.json()


def test_the_api_refuses_in_the_language_of_the_client_by_the_same_code(api, event):
    english, french = refused(api, event, "en"), refused(api, event, "fr-CH, fr;q=0.9, en;q=0.8")
    assert french["programme_file"] == [
        "Le nom de fichier «\xa0programme.exe\xa0» ne se termine pas par «\xa0.pdf\xa0»."
    ]
    assert english["programme_file"] != french["programme_file"]
    assert english["codes"] == french["codes"] == {"programme_file": ["wrong_extension"]}


def test_without_the_middleware_the_api_speaks_the_language_of_the_project(api, event, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Locale" not in name]
    english = refused(api, event, "fr")["programme_file"]
    settings.LANGUAGE_CODE = "fr"
    assert refused(api, event, "en")["programme_file"] != english


def test_a_form_refuses_in_french():
    form_class = modelform_factory(Event, fields=["programme_file"])
    with translation.override("fr"):
        form = form_class({}, {"programme_file": ContentFile(b"hello", "a.pdf")})
        assert form.errors["programme_file"] == [
            "Le fichier n’est pas un PDF, quoi qu’en dise son nom."
        ]


def test_the_admin_shows_and_refuses_in_french(admin_client, full):
    url = reverse("admin:testapp_event_change", args=[full.pk])
    page = admin_client.get(url, headers={"accept-language": "fr"}).content.decode()
    assert "Lieu\xa0:" in page
    assert "octets, 1 page)</a>" in page

    data = {"name": "a", "start_date_0": "2026-12-01", "start_date_1": "09:00"}
    data["programme_file"] = ContentFile(b"hello", "a.pdf")
    page = admin_client.post(url, data, headers={"accept-language": "fr"}).content.decode()
    assert "Le fichier n’est pas un PDF" in page


def test_a_link_that_opens_nothing_says_so_in_french(client, full):
    answer = client.get(f"{full.programme_file.url}x", headers={"accept-language": "fr"})
    assert answer.json() == {
        "detail": "Ce lien a été modifié ou est incomplet.",
        "codes": {"detail": ["link_forged"]},
    }
    headers = {"accept": "text/html", "accept-language": "fr"}
    page = client.get(f"{full.programme_file.url}x", headers=headers).content.decode()
    assert '<html lang="fr" dir="ltr">' in page
    assert "Aucun document ici" in page
