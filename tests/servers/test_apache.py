"""example_project/deploy/apache as it stands: Apache with mod_xsendfile, TLS, gunicorn."""

import pytest

from django_event_pdfs.links import SignedLinks
from tests.servers.apache import apache_site
from tests.servers.deployed import Site
from tests.servers.doctored import not_well, run_on
from tests.servers.site import SiteContract

__all__ = ["apache_site"]


class TestApache(SiteContract):
    # Apache hands on a large one as it comes, and Django sees none under WSGI.
    without_length = (411,)

    @pytest.fixture
    def site(self, apache_site: Site) -> Site:
        return apache_site


def test_it_is_apache_that_sends_the_document(apache_site: Site) -> None:
    target = SignedLinks().make(apache_site.name, "a.pdf").url
    behind = apache_site.ask_plainly(apache_site.django, target, X_Forwarded_Proto="https")
    assert (behind.status, behind.body) == (200, b"")
    assert behind.headers["X-Sendfile"] == apache_site.place.path(apache_site.name)
    assert "X-Sendfile" not in apache_site.ask(target).headers


def test_the_doctor_finds_it_well(apache_site: Site) -> None:
    assert not_well(run_on(apache_site)[1]) == []
