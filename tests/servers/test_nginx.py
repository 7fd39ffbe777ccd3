"""example_project/deploy/nginx as it stands: nginx, TLS, gunicorn, PostgreSQL where it is there."""

import pytest

from django_event_pdfs.links import SignedLinks
from tests.servers.deployed import Site
from tests.servers.doctored import OF_THE_WEB, not_well, run_on
from tests.servers.nginx import nginx_site
from tests.servers.site import SiteContract

__all__ = ["nginx_site"]


class TestNginx(SiteContract):
    @pytest.fixture
    def site(self, nginx_site: Site) -> Site:
        return nginx_site


def test_it_is_nginx_that_sends_the_document(nginx_site: Site) -> None:
    target = SignedLinks().make(nginx_site.name, "a.pdf").url
    behind = nginx_site.ask_plainly(nginx_site.django, target, X_Forwarded_Proto="https")
    assert (behind.status, behind.body) == (200, b"")
    assert behind.headers["X-Accel-Redirect"] == f"/_event_pdfs/{nginx_site.name}"
    assert "X-Accel-Redirect" not in nginx_site.ask(target).headers


def test_a_folder_without_its_slash_leads_to_the_same_port(nginx_site: Site) -> None:
    answer = nginx_site.ask("/media")
    assert (answer.status, answer.headers["Location"]) == (301, "/media/")


def test_the_doctor_finds_it_well_and_leaves_nothing(nginx_site: Site) -> None:
    folder = nginx_site.folder / "media" / "events"
    before = set(folder.rglob("*.pdf"))
    _code, found = run_on(nginx_site)
    assert found.keys() >= OF_THE_WEB
    assert not_well(found) == []
    assert set(folder.rglob("*.pdf")) == before
    assert run_on(nginx_site, "--quick")[0] == 0
