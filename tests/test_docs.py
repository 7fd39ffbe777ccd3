"""The documentation tells the truth: tables are compared with the code, snippets are run."""

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from rest_framework import exceptions, status

import django_event_pdfs
from django_event_pdfs.conf import Conf, conf
from django_event_pdfs.delivery.stream import StreamDelivery
from django_event_pdfs.links import SignedLinks
from django_event_pdfs.serializer_fields import PDFFileField
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import MESSAGES
from django_event_pdfs.views import PROBLEMS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
TUTORIAL = DOCS / "tutorial.md"
ADOPT = DOCS / "how-to" / "adopt.md"
PAGES = [README, *sorted(DOCS.rglob("*.md"))]
SETTINGS = {name.upper() for name, value in vars(Conf).items() if isinstance(value, property)}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def section(path: Path, heading: str = "") -> str:
    """Return what follows a heading up to the next one; without a heading, the whole page."""
    return re.split(r"^#+ ", read(path).partition(f"# {heading}\n")[2], flags=re.M)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row that begins with code."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("| ").split(" | ")] for line in lines]


def blocks(path: Path, *languages: str) -> list[str]:
    found = re.findall(r"^```(\S*)\n(.*?)^```$", read(path), flags=re.M | re.S)
    return [text for language, text in found if language in languages]


# Settings


def documented_settings() -> dict[str, str]:
    return {row[0]: row[1] for row in rows(section(DOCS / "reference" / "settings.md", "Settings"))}


def test_every_setting_is_documented():
    assert documented_settings().keys() == SETTINGS


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_a_setting_has_the_documented_default(key, settings):
    del settings.EVENT_PDFS
    assert getattr(conf, key.lower()) == ast.literal_eval(_product(documented_settings()[key]))


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_a_setting_is_read_under_its_documented_name(key, settings):
    settings.EVENT_PDFS = {key: {"BACKEND": "elsewhere"}}
    assert getattr(conf, key.lower()) == {"BACKEND": "elsewhere"}


def test_the_storage_defaults_to_event_pdfs_where_there_is_one(settings):
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": settings.STORAGES["default"]}
    assert conf.storage == "event_pdfs"


@pytest.mark.parametrize(
    ("heading", "backend"),
    [("Options of `LINKS`", SignedLinks), ("Options of `DELIVERY`", StreamDelivery)],
)
def test_every_option_of_a_backend_is_documented(heading, backend):
    options = {row[0] for row in rows(section(DOCS / "reference" / "settings.md", heading))}
    assert options == inspect.signature(backend).parameters.keys()


def _product(expression: str) -> str:
    """Multiply out ``10 * 1024 * 1024``, which ``literal_eval`` does not."""
    factors = expression.split(" * ")
    result = 1
    for factor in factors:
        result *= int(factor) if len(factors) > 1 else 1
    return str(result) if len(factors) > 1 else expression


# Errors and checks


def documented_errors(of_drf: bool) -> dict[str, set[int]]:
    ours, _, theirs = read(DOCS / "reference" / "errors.md").partition("# Codes of Django REST")
    found: dict[str, set[int]] = defaultdict(set)
    for code, code_status, *_rest in rows(theirs if of_drf else ours):
        found[code].add(int(code_status))
    return found


def errors_in_the_code() -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code in (*MESSAGES, *PDFFileField.default_error_messages, "required"):
        found[code].add(413 if code == "too_large" else 400)
    for code, (code_status, _message) in PROBLEMS.items():
        found[code].add(code_status)
    for tree in syntax_trees():
        for code, code_status in (*coded_exceptions(tree), *exception_classes(tree)):
            found[code].add(code_status)
    return found


def coded_exceptions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield code and status of every ``NotFound(..., code="...")`` and the like."""
    statuses = {"NotFound": 404, "ParseError": 400, "ValidationError": 400}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            codes = [k.value for k in node.keywords if k.arg == "code"]
            yield from ((c.value, statuses[name]) for c in codes if isinstance(c, ast.Constant))


def exception_classes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield code and status of every exception class with a ``default_code``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            body = [statement for statement in node.body if isinstance(statement, ast.Assign)]
            values = {getattr(a.targets[0], "id", ""): a.value for a in body}
            if "default_code" in values:
                yield values["default_code"].value, getattr(status, values["status_code"].attr)


def syntax_trees() -> Iterator[ast.AST]:
    for path in Path(django_event_pdfs.__file__).parent.rglob("*.py"):
        yield ast.parse(read(path))


def test_every_code_is_documented_with_its_status():
    assert documented_errors(of_drf=False) == errors_in_the_code()


def test_every_code_of_rest_framework_is_documented_with_its_status():
    classes = (c for c in vars(exceptions).values() if isinstance(c, type))
    raised = {c.default_code: {c.status_code} for c in classes if hasattr(c, "default_code")}
    del raised["error"]  # APIException itself: nobody raises it.
    assert documented_errors(of_drf=True) == raised


def test_every_check_is_documented_with_its_level():
    found = {}
    for node in (node for tree in syntax_trees() for node in ast.walk(tree)):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == "id" and isinstance(keyword.value, ast.Constant):
                found[keyword.value.value] = node.func.attr
    assert {row[0]: row[1] for row in rows(read(DOCS / "reference" / "checks.md"))} == found


# Snippets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_snippets_compile(page):
    for number, block in enumerate(blocks(page, "python")):
        compile(block, f"{page.name}, snippet {number}", "exec")


def test_the_readme_begins_with_all_one_needs():
    head = "\n".join(read(README).splitlines()[:40])
    files = ("# events/models.py", "# settings.py", "# urls.py", "What you get")
    commands = ("example_project/manage.py demo", ".venv/bin/python -m tox -e py")
    assert [text for text in (*files, *commands) if text not in head] == []


def test_a_host_writes_ten_lines_at_most():
    lines = blocks(README, "python")[0].splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) <= 10


def test_the_links_of_the_readme_lead_somewhere():
    targets = set(re.findall(r"\]\((docs/[^)#]+)", read(README)))
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


class DocumentedProject:
    """A fresh Django project that is made as a page of the documentation says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shell("python -m django startproject mysite .")

    def follow(self, page: Path, start: str = "", end: str = "") -> None:
        """Write the files of a page and run its commands, in their order."""
        text = read(page).partition(start)[2] if start else read(page)
        text = text.partition(end)[0] if end else text
        for language, block in re.findall(r"^```(\S*)\n(.*?)^```$", text, flags=re.M | re.S):
            if language == "python":
                self.write(block)
            if language == "bash":
                self.shell(*(line for line in block.splitlines() if _is_command(line)))

    def write(self, block: str) -> None:
        """Write a block that begins with the name of its file; settings and ``+=`` are added."""
        name = re.match(r"# (\S+\.py)", block)
        if not name:
            return
        known = name[1] if "/" in name[1] else f"mysite/{name[1]}"
        adds = known.endswith("settings.py") or "+=" in block
        path = self.folder / known
        path.write_text(f"{read(path)}\n{block}" if adds else block, encoding="utf-8")

    def shell(self, *commands: str) -> str:
        script = " && ".join(commands) or ":"
        python = re.sub(r"(^|(?<=\s))python(?=\s)", f'"{sys.executable}"', script)
        return self._run(["sh", "-c", python])

    def python(self, code: str) -> str:
        """Run code with Django set up and ``call_command``, ``client`` and ``pdf`` at hand."""
        return self._run([sys.executable, "-c", f"{_PREAMBLE}\n{code}"])

    def _run(self, command: list[str]) -> str:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.folder), *sys.path]),
            "PYTHONDONTWRITEBYTECODE": "1",  # a file may change twice within a second
            "DJANGO_SETTINGS_MODULE": "mysite.settings",
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


_PREAMBLE = """
import django; django.setup()
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from rest_framework.test import APIClient
from django_event_pdfs.testing import make_pdf

def client(username, **rights):
    user, _ = get_user_model().objects.get_or_create(username=username, defaults=rights)
    client = APIClient(SERVER_NAME="localhost")
    client.force_authenticate(user)
    return client

def pdf(name="programme.pdf", **options):
    return SimpleUploadedFile(name, make_pdf(**options), "application/pdf")
"""


def _is_command(line: str) -> bool:
    return bool(re.search(r"python (manage\.py|-m django)|^(mkdir|mv) ", line)) and not (
        "runserver" in line or "startproject" in line
    )


@pytest.fixture
def project(tmp_path):
    if not shutil.which("sh"):
        pytest.skip("needs a POSIX shell")
    return DocumentedProject(tmp_path)


def test_what_the_readme_says_is_a_working_host(project):
    project.shell("python manage.py startapp events")
    for part in re.split(r"\n(?=# \S+\.py)", blocks(README, "python")[0]):
        project.write(part)
    output = project.python("""
call_command("makemigrations", "events", verbosity=0)
call_command("migrate", verbosity=0)
call_command("check")
event = {"name": "Summit", "start_date": "2027-03-18T09:00Z", "programme_file": pdf(pages=3)}
created = client("ada", is_superuser=True).post("/api/events/", event)
assert created.status_code == 201, created.content
opened = APIClient(SERVER_NAME="localhost").get(created.data["programme_file"])
print(opened["Content-Type"], created.data["documents"]["programme_file"]["pages"])
""")
    assert output.splitlines()[-1] == "application/pdf 3"
    assert [path.suffix for path in project.folder.glob("media/events/programmes/*")] == [".pdf"]


def test_the_tutorial_and_the_page_on_testing_work(project):
    project.follow(TUTORIAL)
    output = project.python("""
from events.models import Event
ada = client("ada")
event = {"name": "Concert", "start_date": "2027-06-21T19:00", "programme_file": pdf(pages=3)}
address = f"/api/events/{ada.post('/api/events/', event).data['id']}/"
body = pdf().read()
put = ada.put(f"{address}programme_file/programme.pdf", body, content_type="application/pdf")
hello = SimpleUploadedFile("hello.pdf", b"hello", "application/pdf")
refused = ada.patch(address, {"programme_file": hello})
print(put.status_code, refused.data["codes"], ada.delete(address).status_code)
""")
    assert output == "200 {'programme_file': ['not_a_pdf']} 204\n"
    assert list(project.folder.glob("media/events/programmes/*")) == []
    project.follow(DOCS / "reference" / "testing.md")
    project.shell("python manage.py test events")


def test_an_existing_project_is_adopted_as_the_guide_says(project):
    project.shell("python manage.py startapp agenda")
    project.write("""# mysite/settings.py
INSTALLED_APPS += ["rest_framework", "agenda"]
MEDIA_ROOT, MEDIA_URL = BASE_DIR / "media", "/media/"
DEBUG = True
""")
    project.follow(ADOPT, end="## 1. ")
    project.python("""
call_command("makemigrations", "agenda", verbosity=0)
call_command("migrate", verbosity=0)
from agenda.models import Event, Role
Role.objects.create(user=get_user_model().objects.create(username="manager"), name="manager")
Event.objects.create(title="Hidden", hidden=True)
old = Event.objects.create(title="Old")
old.programme_file.save("2025.pdf", ContentFile(make_pdf()))
old.guide_file.save("2025.pdf", ContentFile(make_pdf()))
""")
    project.follow(ADOPT, start="## 1. ")
    output = project.python("""
manager, reader, anyone = client("manager"), client("reader"), APIClient(SERVER_NAME="localhost")
[old] = manager.get("/api/events/").data
print(anyone.get(old["programme_file"]).status_code, anyone.get("/media/other.txt").status_code)
print(reader.patch("/api/events/2/", {"programme_file": pdf()}).status_code)
print(manager.patch("/api/events/2/", {"programme_file": pdf(pages=2)}).data["documents"])
print(reader.get("/api/events/2/statistics/").data, reader.get("/api/events/1/").status_code)
""")
    opened, refused, changed, last = output.splitlines()
    assert (opened, refused, last) == ("200 404", "403", "{'title': 'Old'} 404")
    assert "'pages': 2" in changed
    assert [path.name for path in project.folder.glob("documents/events/guides/*")] == ["2025.pdf"]
    assert "2025.pdf" not in {path.name for path in project.folder.rglob("programmes/*")}


def test_the_traps_of_an_adoption_are_as_the_guide_says(project):
    project.shell("python manage.py startapp agenda")
    project.write("""# mysite/settings.py
INSTALLED_APPS += ["rest_framework", "agenda"]
MEDIA_ROOT, MEDIA_URL = BASE_DIR / "media", "/media/"
DEBUG = True
REST_FRAMEWORK = {"EXCEPTION_HANDLER": "agenda.errors.enveloped"}
""")
    project.shell("mkdir -p media/events/programmes media/events/guides")
    project.follow(ADOPT)
    [look] = [block for block in blocks(ADOPT, "python") if "field.serves(name)" in block]
    output = project.python(f"""
from agenda.models import Event
outside = Event.objects.create(title="Outside", programme_file="old.pdf", guide_file="")
inside = Event.objects.create(title="Inside", programme_file="events/programmes/old.pdf")
{look}
from types import SimpleNamespace
from agenda.programme import programme
from django.test import RequestFactory
request = RequestFactory(SERVER_NAME="localhost").get("/")
request.user = SimpleNamespace(is_staff=True)
for pk in (outside.pk, inside.pk):
    print(programme(request, pk).content.decode()[:50])
ada = client("ada")
get_user_model().objects.get(username="ada").roles.create(name="manager")
large = SimpleUploadedFile("large.pdf", bytes(11 * 1024 * 1024), "application/pdf")
refused = ada.patch("/api/events/2/", {{"programme_file": large}})
print(refused.status_code, refused.json()["codes"])
""")
    assert output.splitlines() == [
        "1 programme_file old.pdf",
        '{"programme": null}',
        '{"programme": "http://localhost/media/events/progr',
        "413 {'programme_file': ['too_large']}",
    ]
    [declared] = re.findall(r'^    programme_file = .*"uploads/".*\n', read(ADOPT), flags=re.M)
    models = project.folder / "agenda" / "models.py"
    text = read(models).replace("    hidden =", f"{declared}    hidden =", 1)
    models.write_text(f"from django_event_pdfs.fields import PDFField\n{text}", encoding="utf-8")
    project.shell("python manage.py makemigrations --check")


def test_make_pdf_has_the_documented_arguments():
    text = section(DOCS / "reference" / "testing.md", "`make_pdf`")
    documented = {row[0]: ast.literal_eval(row[1]) for row in rows(text)}
    parameters = inspect.signature(make_pdf).parameters.values()
    assert documented == {p.name: p.default for p in parameters}
