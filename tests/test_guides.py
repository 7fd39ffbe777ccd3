"""The documentation tells the truth: what its guides say is done, in fresh projects."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from django_event_pdfs.testing import make_pdf
from tests.pages import ADOPT, DOCS, OPERATE, README, TUTORIAL, blocks, read
from tests.servers.ports import free_port
from tests.servers.serving import wait_for


class DocumentedProject:
    """A fresh Django project that is made as a page of the documentation says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places: dict[str, str] = {}
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
        for place, here in self.places.items():
            script = script.replace(place, here)
        python = re.sub(r"(^|(?<=\s))python(?=\s)", f'"{sys.executable}"', script)
        return self._run(["sh", "-c", python])

    def python(self, code: str) -> str:
        """Run code with Django set up and ``call_command``, ``client`` and ``pdf`` at hand."""
        return self._run([sys.executable, "-c", f"{_PREAMBLE}\n{code}"])

    @contextmanager
    def served(self, place: str) -> Iterator[None]:
        """Run the project's server; commands find it where the page says ``place``."""
        port, log = free_port(), self.folder / "server.log"
        command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment, stdout=output, stderr=output
            )
        try:
            wait_for(process, port, log)
            self.places[place] = f"http://127.0.0.1:{port}"
            yield
        finally:
            del self.places[place]
            process.terminate()
            process.wait(300)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.folder), *sys.path]),
            "PYTHONDONTWRITEBYTECODE": "1",  # a file may change twice within a second
            "DJANGO_SETTINGS_MODULE": "mysite.settings",
        }

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
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


def test_what_the_page_on_inspection_says_runs_without_django(tmp_path):
    (tmp_path / "programme.pdf").write_bytes(make_pdf(pages=3))
    [code] = blocks(DOCS / "reference" / "inspection.md", "python")
    code = f"{code}\nimport sys\nprint('django' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    size = (tmp_path / "programme.pdf").stat().st_size
    assert done.stdout == f"3 pages, {size} bytes\n[] False\nFalse\n", done.stderr


def test_what_the_pages_on_refusals_say_works(project):
    project.follow(TUTORIAL)
    project.follow(DOCS / "reference" / "signals.md")
    project.follow(DOCS / "reference" / "active-content.md")
    output = project.python("""
from events import receivers
from django_event_pdfs.conf import conf
ada = client("ada")
refused = ada.post("/api/events/", {"name": "a", "start_date": "2027-06-21T19:00",
                                    "programme_file": pdf("a.exe")})
print(refused.status_code, receivers.refused, sorted(conf.allow))
""")
    reported = ("events.Event", "programme_file", "wrong_extension", "ada")
    assert output == f"400 {[reported]} ['attachment', 'remote_goto']\n"


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
large = SimpleUploadedFile("large.pdf", b"%PDF-1.7" + bytes(11 * 1024 * 1024), "application/pdf")
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


def test_what_the_page_on_operating_says_is_done(project):
    project.follow(TUTORIAL)
    project.write("# settings.py\nEVENT_PDFS = {'KEEP_REPLACED': 3600}")
    link = project.python("""
from events.models import Event
event = Event(name="Old", start_date="2027-06-21T19:00Z", programme_file=pdf())
event.save()
print(event.programme_file.url)
""").strip()
    with project.served("https://www.example.org"):
        project.follow(OPERATE, start="# Operate", end="## Back up")
    # Between the two copies of the backup, a document is uploaded and another one replaced.
    project.write(next(block for block in blocks(OPERATE, "python") if '"backup"' in block))
    rows, files = next(b for b in blocks(OPERATE, "bash") if "dumpdata" in b).splitlines()
    project.shell(rows)
    project.python("""
from events.models import Event
Event.objects.create(name="New", start_date="2027-06-21T19:00Z", programme_file=pdf())
event = Event.objects.get(name="Old")
event.programme_file = pdf(pages=2)
event.save()
""")
    project.shell(files)
    project.python(
        "from events.models import Event; [event.delete() for event in Event.objects.all()]"
    )
    stored = project.folder / "media" / "events" / "programmes"
    assert list(stored.iterdir()) == []
    project.follow(OPERATE, start="To restore", end="## Erase")
    [name] = [path.name for path in stored.iterdir()]
    assert name in link
    project.follow(OPERATE, start="## Erase")
    opened = f"print(APIClient(SERVER_NAME='localhost').get({link!r}).status_code)"
    assert project.python(opened) == "200\n"
    project.write("# settings.py\nSECRET_KEY_FALLBACKS = []")
    assert project.python(opened) == "403\n"
