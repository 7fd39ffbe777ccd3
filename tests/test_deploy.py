"""The files in example_project/deploy say what is to be changed in them, and agree."""

import re

import pytest

from tests.pages import ROOT, read

DEPLOY = ROOT / "example_project" / "deploy"
SITES = [DEPLOY / "nginx" / "events.conf", DEPLOY / "apache" / "events.conf"]

NGINX = DEPLOY / "nginx"
HEADED = [
    *SITES,
    NGINX / "secure_links" / "location.conf",
    NGINX / "public" / "location.conf",
    DEPLOY / "cdn" / "edge.conf",
]


def halves(site):
    """Return the comment at the head of a file, and the lines that do something."""
    head, _, rest = read(site).partition("\n\n")
    return head, [line for line in rest.splitlines() if not line.strip().startswith("#")]


@pytest.mark.parametrize("site", HEADED, ids=lambda site: site.parent.name)
def test_the_head_lists_every_path_address_and_name_of_a_host(site):
    head, lines = halves(site)
    listed = re.findall(r"^#   (\S+)  ", head, flags=re.M)
    found = re.findall(r"/(?:srv|etc)/[^\s;$]+|127\.\S+|[\w.]+\.example\.org", "\n".join(lines))
    assert found
    assert [text for text in found if not text.startswith(tuple(listed))] == []
    assert [text for text in listed if text not in "\n".join(lines)] == []


def test_the_settings_differ_only_by_the_web_server():
    nginx, apache = (read(site.with_name("settings.py")).split("EVENT_PDFS = ") for site in SITES)
    assert nginx[0].replace("nginx", "Apache") == apache[0]
    assert "NginxDelivery" in nginx[1]
    assert "ApacheDelivery" in apache[1]


def test_gunicorn_keeps_idle_connections_for_longer_than_web_servers_do():
    (kept,) = re.findall(r"^keepalive = (\d+)$", read(DEPLOY / "gunicorn.conf.py"), flags=re.M)
    (ttl,) = re.findall(r"ProxyPass / .* ttl=(\d+)$", read(DEPLOY / "apache" / "events.conf"), re.M)
    assert int(kept) > max(int(ttl), 60)  # 60 seconds is nginx's default.


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.parent.name)
def test_all_listen_and_store_where_the_others_look(site):
    text = "\n".join(halves(site)[1])
    assert 'bind = "127.0.0.1:8000"' in read(DEPLOY / "gunicorn.conf.py")
    assert "127.0.0.1:8000" in text
    settings = read(site.with_name("settings.py"))
    for folder in re.findall(r'_ROOT = "(.*)/"', settings):
        assert folder in text
