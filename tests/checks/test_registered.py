"""All checks together: each is registered, and none fails whatever the settings hold."""

import ast
import inspect
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command

from django_event_pdfs import checks as ours
from django_event_pdfs.conf import KEYS
from tests.projects import Project

ALL = (*ours.OF_MODELS, *ours.OF_URLS, *ours.OF_SETTINGS)

# The test project has a plain file field in the folder of its documents on purpose.
SHARED = "event_pdfs.W005"

GARBAGE = [
    None,
    "",
    "x",
    0,
    -1,
    1.5,
    True,
    b"x",
    [],
    [[]],
    [None],
    {},
    {"BACKEND": None},
    {"BACKEND": [], "OPTIONS": 7},
    {"OPTIONS": {7: 7}},
    {None: None},
    lambda: None,
    object(),
]


def as_id(value):
    """Name a value without its address, which differs from process to process."""
    return type(value).__name__ if " at 0x" in repr(value) else repr(value)


def run_ours():
    return [message for check in ALL for message in check(None)]


@pytest.mark.django_db
def test_the_test_project_passes_every_check(settings):
    settings.SILENCED_SYSTEM_CHECKS = [SHARED]
    call_command("check", fail_level="WARNING")


def test_every_check_is_registered():
    assert set(ALL) <= set(checks.registry.registry.get_checks())


def test_every_check_function_is_in_a_list():
    written = {
        node.name
        for path in Path(ours.__file__).parent.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
    }
    assert sorted(check.__name__ for check in ALL) == sorted(written)


def test_every_message_has_an_id_of_its_own_and_a_hint():
    found = [
        {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        for check in ALL
        for node in ast.walk(ast.parse(inspect.getsource(check)))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("checks.")
    ]
    assert all("hint" in message for message in found)
    assert len({message["id"] for message in found}) == len(ALL)


@pytest.mark.parametrize("setting", GARBAGE, ids=as_id)
def test_no_check_fails_whatever_event_pdfs_is(settings, setting):
    settings.EVENT_PDFS = setting
    assert all(message.id.startswith("event_pdfs.") for message in run_ours())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", GARBAGE, ids=as_id)
def test_no_check_fails_whatever_a_setting_is(settings, key, value):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Event", key: value}
    assert all(message.id.startswith("event_pdfs.") for message in run_ours())


@pytest.mark.parametrize("value", GARBAGE, ids=as_id)
@pytest.mark.parametrize("setting", ["MEDIA_ROOT", "STATIC_ROOT", "STATICFILES_DIRS", "STORAGES"])
def test_no_check_fails_whatever_django_s_settings_are(settings, setting, value):
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    setattr(settings, setting, value)
    assert all(message.id.startswith("event_pdfs.") for message in run_ours())


def test_no_check_asks_a_database(settings):
    # Without the mark of pytest-django, a query would fail.
    settings.EVENT_PDFS = {"HOLDERS": ["testapp.Event.name"]}
    assert run_ours()


# A whole project


EVENT = """
from django_event_pdfs.models import AbstractEvent

class Event(AbstractEvent):
    pass
"""

URLS = """
from django.urls import include, path

urlpatterns = [
    path("api/", include("django_event_pdfs.urls")),
    path("media/", include("django_event_pdfs.file_urls")),
]
"""

CHECKED = """
import re
from django.core.management import call_command
from django.core.management.base import SystemCheckError

def ids(command, **options):
    try:
        call_command(command, **options)
    except SystemCheckError as error:
        return sorted(set(re.findall(r"event_pdfs[.][EW][0-9]+", str(error))))

served = ids("runserver", addrport="127.0.0.1:0", use_reloader=False, skip_checks=False)
result = [ids("check"), served]
"""

LOADED = """
import sys
from django.core.checks import run_checks

found = run_checks()
result = [name for name in ("rest_framework", "pikepdf") if name in sys.modules]
"""


@pytest.fixture
def project(tmp_path):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    project = Project(tmp_path, database)
    project.write("host/models.py", EVENT)
    project.write("host/urls.py", URLS)
    return project


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (None, "E010"),
        ([], "E010"),
        ("x", "E010"),
        ({"STORAGE": "nowhere"}, "E020"),
        ({"STORAGE": []}, "E013 E020"),
        ({"LINKS": "x"}, "E016"),
        ({"LINKS": {"BACKEND": "nowhere.Links"}}, "E016"),
        ({"LINKS": {"OPTIONS": {"base_url": 7}}}, "E016"),
        ({"DELIVERY": 7}, "E017"),
        ({"SCANNER": "x"}, "E009"),
        ({"EVENT_MODEL": 7}, "E002 E013"),
        ({"EVENT_MODEL": "auth.Group"}, "E002"),
        ({"HOLDERS": 7}, "E015"),
    ],
    ids=as_id,
)
def test_a_wrong_setting_stops_check_and_runserver_with_a_message(project, setting, expected):
    ids = [f"event_pdfs.{number}" for number in expected.split()]
    assert project.run(CHECKED, DEBUG=True, EVENT_PDFS=setting) == [ids, ids]


def test_the_checks_load_neither_rest_framework_nor_pikepdf(project):
    project.write("host/urls.py", URLS.replace('    path("api/"', "    # "))
    ours = ["django.contrib.auth", "django.contrib.contenttypes", "django_event_pdfs", "host"]
    assert project.run(LOADED, INSTALLED_APPS=ours) == []
