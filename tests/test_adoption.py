"""An existing project with rows and files adopts the library by one generated migration."""

import re

import pytest

from tests.projects import Project

OLD_MODELS = """
from django.db import models

class Event(models.Model):
    title = models.CharField(max_length=50)
    visits = models.IntegerField(default=0)
    programme_file = models.FileField(upload_to="events/programmes/", max_length=100, {null})
    guide_file = models.FileField(upload_to="{guides}", max_length=100, {null})
"""

NEW_MODELS = """
from django.db import models
from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import EventDocumentsMixin

class Event(EventDocumentsMixin, models.Model):
    title = models.CharField(max_length=50)
    visits = models.IntegerField(default=0)
    {own}
"""

# (what the old columns allow, folder of the old guides, what the new model declares itself)
HOSTS = {
    "null": ("null=True, blank=True", "events/guides/", ""),
    "not-null": (
        "blank=True",
        "events/guides/",
        """programme_file = PDFField(upload_to="events/programmes/", null=False)
    guide_file = PDFField(upload_to="events/guides/", null=False)""",
    ),
    "one-folder": (
        "null=True, blank=True",
        "events/programmes/",
        'guide_file = PDFField(upload_to="events/guides/", folders=["events/programmes/"])',
    ),
}

# What each script may use: the rows as they stand (NULL as empty text), and how to migrate.
COMMON = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django_event_pdfs.testing import make_pdf
from host.models import Event

def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, programme_file, guide_file FROM host_event ORDER BY id")
        return [[value or "" for value in row] for row in cursor.fetchall()]

def migrate(*to):
    call_command("migrate", *to, verbosity=0)

def generate():
    call_command("makemigrations", "host", "--noinput", verbosity=0)

def readable():
    held = [n for row in rows() for n in row[1:] if n]
    return [default_storage.open(n).read().startswith(b"%PDF") for n in held]
"""

POPULATE = """
generate()
migrate()
Event.objects.create(
    title="Full",
    programme_file=ContentFile(make_pdf(1), "summit 2025 é.pdf"),
    guide_file=ContentFile(make_pdf(2), "participant_guide.pdf"),
)
Event.objects.create(title="Half", programme_file=ContentFile(make_pdf(3), "half.pdf"))
long = "x" * (100 - len("events/programmes/.pdf"))
default_storage.save(f"events/programmes/{long}.pdf", ContentFile(make_pdf()))
Event.objects.create(title="Long", programme_file=f"events/programmes/{long}.pdf")
Event.objects.create(title="Empty")
Event.objects.create(title="Null")
if Event._meta.get_field("guide_file").null:
    Event.objects.filter(title="Null").update(programme_file=None, guide_file=None)
result = rows()
"""

# Placed before, between and after the operations of the generated migration.
VISIT = """

def visit(apps, schema_editor):
    from django.core.files.base import ContentFile
    from django_event_pdfs.testing import make_pdf

    Event = apps.get_model("host", "Event")
    for event in Event.objects.order_by("pk"):
        for document in (event.programme_file, event.guide_file):
            assert not document or document.read().startswith(b"%PDF")
        event.visits += 1
        event.save()
    visitor = Event.objects.filter(title="Visitor").first() or Event(title="Visitor")
    visitor.programme_file = ContentFile(make_pdf(4), "visitor.pdf")
    visitor.save()
    assert Event.objects.get(title="Visitor").programme_file.read() == make_pdf(4)

"""

USE = """
full, half = Event.objects.get(title="Full"), Event.objects.get(title="Half")
empty, null = Event.objects.get(title="Empty"), Event.objects.get(title="Null")
before = rows()
result = {
    "urls": [full.programme_file.url, full.guide_file.url],
    "facts": [full.programme_file.facts, half.programme_file.facts],
    "empty": [bool(e.programme_file or e.guide_file) for e in (empty, null)],
    "visits": full.visits,
}
for event in (full, half, empty, null):
    event.save()
result["unchanged"] = rows() == before
old = half.programme_file.name
half.programme_file = ContentFile(make_pdf(5), "new.pdf")
half.save()
result["replaced"] = [default_storage.exists(old), half.programme_file.facts.pages]
half.guide_file = empty.guide_file = ContentFile(make_pdf(6), "new guide.pdf")
half.save()
empty.save()
half.programme_file.delete()
result["rows"] = rows()
result["readable"] = readable()
"""


PENDING = """
from io import StringIO
output = StringIO()
call_command("makemigrations", "--check", "--dry-run", stdout=output)
result = output.getvalue().strip()
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Return what makes a new database and returns its entry in ``DATABASES``."""
    return lambda: {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path_factory.mktemp("database") / "db.sqlite3"),
    }


@pytest.fixture(scope="module", params=HOSTS)
def story(request, database, tmp_path_factory):
    """Adopt, use, go back and adopt again; return what was seen on the way."""
    null, guides, own = HOSTS[request.param]
    project = Project(tmp_path_factory.mktemp("host"), database())
    old = OLD_MODELS.format(null=null, guides=guides)
    new = NEW_MODELS.format(own=own)
    seen = {}

    def run(script, models):
        project.write("host/models.py", models)
        return project.run(COMMON + script)

    seen["rows"] = run(POPULATE, old)
    run("generate()", new)
    seen["migrations"] = project.migrations()
    seen["operations"] = visit_between_operations(project.migrations()[-1])
    seen["forwards"] = run("migrate()\nresult = rows()", new)
    seen["pending"] = run(PENDING, new)
    seen["use"] = run(USE, new)
    seen["backwards"] = run("migrate('host', '0001')\nresult = rows()", new)
    seen["old code"] = run("result = [rows(), readable()]", old)
    seen["again"] = run("migrate()\nresult = [rows(), readable()]", new)
    return seen


def visit_between_operations(migration):
    """Put a ``RunPython`` around each operation and return what the operations are."""
    text = migration.read_text(encoding="utf-8")
    head, body = text.split("    operations = [\n")
    # Each operation ends with this line, at this depth.
    operations = body.rpartition("    ]")[0].split("        ),\n")[:-1]
    run = "        migrations.RunPython(visit, visit),\n"
    body = run + "".join(f"{operation}        ),\n{run}" for operation in operations)
    head = head.replace("\nclass Migration", f"{VISIT}\nclass Migration")
    migration.write_text(f"{head}    operations = [\n{body}    ]\n", encoding="utf-8")
    return [describe(operation) for operation in operations]


def describe(operation):
    kind = re.search(r"migrations\.(\w+)\(", operation)[1]
    model = re.search(r"model_name='(\w+)'", operation)[1]
    name = re.search(r" name='(\w+)'", operation)[1]
    return f"{kind} {model}.{name}"


def without_visitor(rows):
    return [row for row in rows if row[0] != "Visitor"]


class TestAdoption:
    def test_one_migration_is_generated(self, story):
        assert len(story["migrations"]) == 2
        assert story["operations"] == [
            "AddField event.guide_file_facts",
            "AddField event.programme_file_facts",
            "AlterField event.guide_file",
            "AlterField event.programme_file",
        ]

    def test_nothing_is_left_to_generate(self, story):
        assert story["pending"] == "No changes detected"

    def test_forwards_loses_nothing(self, story):
        assert len(story["rows"]) == 5
        assert without_visitor(story["forwards"]) == story["rows"]

    def test_historical_models_write_rows_and_documents(self, story):
        operations = len(story["operations"])
        assert story["use"]["visits"] == operations + 1
        [visitor] = [row for row in story["forwards"] if row[0] == "Visitor"]
        assert re.fullmatch(r"events/programmes/programme_\w{26}\.pdf", visitor[1])

    def test_old_files_have_links_and_no_facts(self, story):
        _title, *names = story["rows"][0]
        for url, name in zip(story["use"]["urls"], names, strict=True):
            assert url.startswith(f"/media/{name.replace('é', '%C3%A9')}?")
        assert story["use"]["facts"] == [None, None]

    def test_null_and_empty_text_are_no_document(self, story):
        assert story["use"]["empty"] == [False, False]

    def test_a_save_leaves_old_names_alone(self, story):
        assert story["use"]["unchanged"]

    def test_an_old_file_goes_when_it_is_replaced(self, story):
        assert story["use"]["replaced"] == [False, 5]

    def test_every_name_has_its_file_after_use(self, story):
        assert len(story["use"]["readable"]) == 6
        assert all(story["use"]["readable"])

    def test_backwards_loses_nothing(self, story):
        rows, readable = story["old code"]
        assert rows == story["backwards"]
        assert without_visitor(rows) == without_visitor(story["use"]["rows"])
        assert len(readable) == 6
        assert all(readable)

    def test_forwards_again_loses_nothing(self, story):
        rows, readable = story["again"]
        assert without_visitor(rows) == without_visitor(story["use"]["rows"])
        assert len(readable) == 6
        assert all(readable)
