"""Edges before a site: nginx and Varnish, with the files that example_project/deploy/cdn has."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.servers.deployed import Site, started
from tests.servers.nginx import MAIN, serving
from tests.servers.ports import free_port
from tests.servers.serving import need

# A port without TLS that leads to the origin, for Varnish.
BRIDGE = """
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass https://127.0.0.1:{origin};
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""

LINKS = {
    "nginx/maps.conf": "conf.d/event_pdfs_maps.conf",
    "nginx/secure_links/maps.conf": "conf.d/event_pdfs_secure_links.conf",
    "nginx/secure_links/secret.conf": "event_pdfs/secret.conf",
    "cdn/edge_maps.conf": "conf.d/event_pdfs_edge.conf",
    "cdn/edge_links.conf": "event_pdfs/location.conf",
}


@contextmanager
def nginx_edge(origin: Site, *, checks_links: bool) -> Iterator[Site]:
    """Return the site as it is seen through an edge."""
    edge = replace(origin, https=free_port())
    folder = Path(tempfile.mkdtemp(prefix="edge-", dir=origin.folder))
    folder.chmod(0o755)
    (folder / "cache").mkdir()
    if folder.owner() == "root":  # nginx gives up root.
        shutil.chown(folder / "cache", "nobody")
    changes = {
        "origin.example.org:443": f"127.0.0.1:{origin.https}",
        "/etc/ssl/certs/ca-certificates.crt": f"{origin.folder}/tls/fullchain.pem",
        "/var/cache/nginx/events/": f"{folder}/cache/",
    }
    files = {"cdn/edge.conf": "conf.d/edge.conf", **(LINKS if checks_links else {})}
    for name, place in files.items():
        text = edge.shipped(name)
        for old, new in changes.items():
            text = text.replace(old, new)
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text)
    main = MAIN.replace("nginx.pid", f"{folder.name}/nginx.pid")
    with serving(edge, main, edge.https, f"{folder.name}/nginx"):
        yield edge


@contextmanager
def varnish_edge(origin: Site) -> Iterator[int]:
    """Return the port of Varnish before a site."""
    binary = shutil.which("varnishd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    need(binary, "varnish")
    bridge, port = free_port(), free_port()
    folder = origin.folder / "varnish"
    folder.mkdir()
    vcl = origin.shipped("cdn/varnish.vcl").replace('"8081"', f'"{bridge}"')
    (folder / "varnish.vcl").write_text(vcl)
    main = MAIN.replace("nginx.pid", "bridge.pid").replace("    include conf.d/*.conf;\n}", "")
    main += BRIDGE.format(port=bridge, origin=origin.https)
    run = (
        f"-F -n {folder} -f {folder}/varnish.vcl -a 127.0.0.1:{port} -s malloc,32M -T none -j none"
    )
    with (
        serving(origin, main, bridge, "bridge"),
        started([binary, *run.split(), "-j", "none"], origin, port),
    ):
        yield port
