"""The doctor as a command, sent to a site that runs."""

import json
import subprocess
import sys
from typing import Any

from tests.servers.deployed import HOST, Site

# As a person runs it, on a machine where the name of the site leads to the ports of the test, and
# where a site that is busy is waited for.
COMMAND = """
import django, socket, sys
from django.core.management import execute_from_command_line
django.setup()
from django_event_pdfs.maintenance.doctor import body_limit, visits
body_limit.TIMEOUT = visits.TIMEOUT = 120
ports = {"443": sys.argv.pop(1), "80": sys.argv.pop(1)}
resolve = socket.getaddrinfo
def resolved(host, port, *args, **options):
    if host == "events.example.org":
        host, port = "127.0.0.1", ports[str(port)]
    return resolve(host, port, *args, **options)
socket.getaddrinfo = resolved
execute_from_command_line(sys.argv)
"""
OF_THE_WEB = {
    "body_limit",
    "link_opens",
    "link_forged",
    "link_altered",
    "link_expired",
    "link_download",
    "link_with_credentials",
    "link_headers",
    "link_not_compressed",
    "link_by_range",
    "link_unchanged",
    "link_head",
    "not_public",
    "not_listed",
    "only_https",
    "own_address",
    "clocks",
}


def run(env: dict[str, str], *arguments: str, ports: tuple[int, int] = (443, 80)) -> Any:
    """Return the exit code, and what is said of each examination."""
    command = [sys.executable, "-c", COMMAND, *map(str, ports), "event_pdfs", "doctor", "--json"]
    done = subprocess.run([*command, *arguments], env=env, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode
    return done.returncode, {d["id"]: d for d in document["diagnoses"]}


def run_on(site: Site, *arguments: str) -> Any:
    env = {**site.environment, "SSL_CERT_FILE": str(site.folder / "tls" / "fullchain.pem")}
    return run(env, "--url", f"https://{HOST}", *arguments, ports=(site.https, site.http))


def not_well(found: dict[str, Any]) -> list[Any]:
    """Return what was found at the site: folders of tests are temporary, which is found, too."""
    return [d for key, d in found.items() if key in OF_THE_WEB and d["status"] != "ok"]
