"""Apache, from the operating system, with the file that example_project/deploy has for it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers.deployed import Site, deployed, started
from tests.servers.serving import need

MODULES = Path("/usr/lib/apache2/modules")

# Those that Debian enables by itself and that matter here, and those that the file asks for.
ENABLED = [
    "mpm_event authz_core mime alias env setenvif filter deflate dir negotiation reqtimeout",
    "headers proxy proxy_http socache_shmcb ssl xsendfile",
]

# What Debian's apache2.conf says around the files of sites-enabled, and a careless deflation.
MAIN = """
{modules}
Listen 127.0.0.1:{site.http}
Listen 127.0.0.1:{site.https}
PidFile apache.pid
DefaultRuntimeDir {site.folder}
ErrorLog {site.folder}/apache-error.log
DocumentRoot {site.folder}/empty
ServerName localhost
<Directory />
    Require all denied
</Directory>
TypesConfig /dev/null
AddOutputFilterByType DEFLATE application/pdf
{user}
IncludeOptional events.conf
"""


@pytest.fixture(scope="module")
def apache_site(request: Any) -> Iterator[Site]:
    """Return a site behind Apache."""
    with apache(request) as site:
        yield site


@contextmanager
def apache(request: Any) -> Iterator[Site]:
    binary = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
    need(binary, "apache2")
    need((MODULES / "mod_xsendfile.so").exists(), "libapache2-mod-xsendfile")
    names = " ".join(ENABLED).split()
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
    with deployed("apache", request) as site:
        (site.folder / "empty").mkdir()
        main = MAIN.format(site=site, modules=modules, user=user)
        (site.folder / "apache.conf").write_text(main)
        (site.folder / "events.conf").write_text(site.shipped("apache/events.conf"))
        command = [binary, "-d", site.folder, "-f", "apache.conf", "-DFOREGROUND"]
        with started(command, site, site.https):
            yield site
