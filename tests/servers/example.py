"""The example project under gunicorn, filled by its own demo, with a page of another origin."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.pages import ROOT
from tests.servers.ports import free_port
from tests.servers.serving import environment, need, wait_for

PROJECT = ROOT / "example_project"
MODULES = (
    *("corsheaders", "dj_database_url", "drf_spectacular_sidecar", "gunicorn", "reportlab"),
    "rest_framework_simplejwt",
)
MANAGER = {"username": "gestionnaire", "password": "gestionnaire-demo"}


@dataclass(frozen=True)
class Example:
    """Where the example runs, and the port of the only other origin that may call its API."""

    root: Path
    port: int
    page_port: int

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def page_origin(self) -> str:
        return f"http://localhost:{self.page_port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **environment(self.root),
            "DJANGO_SETTINGS_MODULE": "example.settings",
            "DATABASE_URL": f"sqlite:///{self.root / 'db.sqlite3'}",
            "MEDIA_ROOT": str(self.root / "media"),
            "CORS_ALLOWED_ORIGINS": self.page_origin,
            "PYTHONPATH": os.pathsep.join(path for path in [str(PROJECT), *sys.path] if path),
        }

    def manage(self, *arguments: str) -> str:
        """Run a command of the project and return what it prints."""
        command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def token(self) -> str:
        """Return an access token of the manager."""
        body = urlencode(MANAGER).encode()
        with urlopen(f"{self.origin}/api/token/", body, timeout=120) as answer:
            token: str = json.load(answer)["access"]
            return token


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the database and the documents of the demo."""
    for name in MODULES:
        need(find_spec(name), name)
    site = Example(tmp_path_factory.mktemp("filled"), 0, 0)
    site.manage("demo", "--no-serve")
    return site.root


@pytest.fixture(scope="session")
def example(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """Serve the example project as long as the session lasts."""
    with serving(filled, tmp_path_factory.mktemp("example")) as site:
        yield site


@contextmanager
def serving(filled: Path, root: Path) -> Iterator[Example]:
    """Serve a copy of the filled folder."""
    shutil.copytree(filled, root, dirs_exist_ok=True)
    site = Example(root, free_port(), free_port())
    log = site.root / "gunicorn.log"
    command = ["-m", "gunicorn", f"--bind=127.0.0.1:{site.port}", "--threads=4", "example.wsgi"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], env=site.environment, stdout=output, stderr=output
        )
    try:
        wait_for(process, site.port, log)
        yield site
    finally:
        process.terminate()
        process.wait(300)
