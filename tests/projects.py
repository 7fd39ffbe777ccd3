"""Host projects in folders of their own, run in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import django_event_pdfs

SETTINGS = """
import json
import os
from pathlib import Path

BASE = Path(__file__).parent
SECRET_KEY = "not a secret"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "host.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "django_event_pdfs",
    "host",
]
DATABASES = {"default": json.loads(os.environ["HOST_DATABASE"])}
MEDIA_ROOT = BASE / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
globals().update(json.loads(os.environ["HOST_SETTINGS"]))
"""

URLS = """
from django.urls import include, path

urlpatterns = [path("media/", include("django_event_pdfs.file_urls"))]
"""

RUN = """
import json
import sys

import django

django.setup()
scope = {}
exec(sys.stdin.read(), scope)
print(json.dumps(scope.get("result")))
"""


class Project:
    """A Django project with one app, ``host``, on ``database``: an entry of ``DATABASES``."""

    def __init__(self, folder: Path, database: dict) -> None:
        self.folder = folder
        self.database = database
        self.write("host_settings.py", SETTINGS)
        self.write("host/__init__.py", "")
        self.write("host/migrations/__init__.py", "")
        self.write("host/urls.py", URLS)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def migrations(self) -> list[Path]:
        return sorted((self.folder / "host" / "migrations").glob("0*.py"))

    def run(self, script: str, **settings: object) -> object:
        """Run ``script`` with the project set up and return what it names ``result``."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", RUN],
            input=script,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self._environment(settings),
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def _environment(self, settings: dict) -> dict:
        library = str(Path(django_event_pdfs.__file__).parents[1])
        # -c puts no folder first where PYTHONSAFEPATH is set, so every one is named.
        paths = [str(self.folder), os.environ.get("PYTHONPATH", ""), library]
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "host_settings",
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "PYTHONDONTWRITEBYTECODE": "1",  # models.py changes within a second
            "PYTHONIOENCODING": "utf-8",
            "HOST_DATABASE": json.dumps(self.database),
            "HOST_SETTINGS": json.dumps(settings),
        }
