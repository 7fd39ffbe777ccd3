"""example_project/deploy/cdn as it stands: what an edge may keep, and what it never answers."""

import importlib.util
import json
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from django_event_pdfs.links import NginxSecureLinks
from django_event_pdfs.signals import document_cleared, document_deleted, document_replaced
from tests.servers.deployed import DEPLOY, HOST, LINK_SECRET, Site
from tests.servers.doctored import not_well, run_on
from tests.servers.edges import nginx_edge, varnish_edge
from tests.servers.nginx import nginx
from tests.servers.site import CREDENTIALS, FILENAME, codes, created, listed, path_of, permalink_of

links = partial(NginxSecureLinks, secrets=[LINK_SECRET])


@pytest.fixture(scope="module")
def private_origin(request: Any) -> Iterator[Site]:
    with nginx(request, addition="secure_links") as site:
        yield site


@pytest.fixture(scope="module")
def public_origin(request: Any) -> Iterator[Site]:
    with nginx(request, addition="public", behind_edge=True) as site:
        yield site


@pytest.fixture(scope="module")
def plain_edge(private_origin: Site) -> Iterator[Site]:
    """Return an edge that knows nothing of links."""
    with nginx_edge(private_origin, checks_links=False) as edge:
        yield edge


@pytest.fixture(scope="module")
def checking_edge(private_origin: Site) -> Iterator[Site]:
    """Return an edge that checks links."""
    with nginx_edge(private_origin, checks_links=True) as edge:
        yield edge


@pytest.fixture(scope="module")
def public_edge(public_origin: Site) -> Iterator[Site]:
    with nginx_edge(public_origin, checks_links=False) as edge:
        yield edge


@pytest.fixture(scope="module")
def varnish(public_origin: Site) -> Iterator[Any]:
    """Return a function that asks Varnish."""
    with varnish_edge(public_origin) as port:
        yield partial(public_origin.ask_plainly, port, Host=HOST)


# Public documents


def test_an_edge_keeps_a_public_document(public_edge: Site) -> None:
    target = path_of(created(public_edge)["programme_file"])
    first, second = public_edge.ask(target), public_edge.ask(target)
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert second.body == first.body
    names = first.fields().keys() - {"x-cache"}
    assert {n: first.headers[n] for n in names} == {n: second.headers[n] for n in names}


def test_an_edge_answers_ranges_and_conditions_from_its_copy(public_edge: Site) -> None:
    target = path_of(created(public_edge)["programme_file"])
    whole = public_edge.ask(target)
    part = public_edge.ask(target, Range="bytes=5-9")
    assert (part.status, part.body, part.headers["X-Cache"]) == (206, whole.body[5:10], "HIT")
    assert public_edge.ask(target, If_None_Match=whole.headers["ETag"]).status == 304


def test_a_range_past_the_end_spoils_no_copy(public_edge: Site) -> None:
    target = path_of(created(public_edge)["programme_file"])
    for _ in range(2):
        assert public_edge.ask(target, Range="bytes=9999999-").status == 416
    assert public_edge.ask(target).status == 200


def test_an_edge_passes_the_api_on(public_edge: Site) -> None:
    assert public_edge.ask("/api/events/", Authorization="Basic eDp5").status == 401
    assert "X-Cache" not in public_edge.ask("/api/events/").headers


def test_only_an_edge_says_who_the_client_is(public_edge: Site, public_origin: Site) -> None:
    forged = {"X_Forwarded_For": "198.51.100.7"}
    for site, client in ((public_edge, "127.0.0.1"), (public_origin, "198.51.100.7")):
        said = json.loads(site.ask("/said/", **forged).body)
        assert said["X-Forwarded-For"] == client
        assert said["secure"]


# Private documents, and an edge that knows nothing of links


def test_an_edge_never_keeps_a_private_document(plain_edge: Site) -> None:
    target = links().make(plain_edge.name, FILENAME).url
    for _ in range(3):
        answer = plain_edge.ask(target)
        assert answer.status == 200
        assert answer.headers["Cache-Control"].startswith("private")
        assert "X-Cache" not in answer.headers


@pytest.fixture(params=["plain", "checking"])
def any_edge(request: Any) -> Site:
    edge: Site = request.getfixturevalue(f"{request.param}_edge")
    return edge


def test_a_forged_link_right_after_a_good_one_is_403(any_edge: Site) -> None:
    good = links().make(any_edge.name, FILENAME).url
    for forged in (f"{good}x", good.partition("?")[0], good.replace("expires=1", "expires=2")):
        assert any_edge.ask(good).status == 200
        for _ in range(2):
            answer = any_edge.ask(forged)
            assert (answer.status, codes(answer)) == (403, ["link_forged"])
            assert answer.headers["Cache-Control"] == "no-store"


def test_an_expired_link_right_after_a_good_one_is_410(any_edge: Site) -> None:
    expired = links(max_age=-3600, window=1).make(any_edge.name, FILENAME).url
    assert any_edge.ask(links().make(any_edge.name, FILENAME).url).status == 200
    for _ in range(2):
        answer = any_edge.ask(expired)
        assert (answer.status, codes(answer)) == (410, ["link_expired"])


def test_what_opens_by_credentials_opens_for_nobody_else(any_edge: Site) -> None:
    expired = links(max_age=-7200, window=1).make(any_edge.name, FILENAME).url
    assert any_edge.ask(expired, Authorization=CREDENTIALS).status == 200
    assert any_edge.ask(expired).status == 410
    [permalink] = {permalink_of(e) for e in listed(any_edge) if e["name"] == "Summit"}
    assert any_edge.ask(permalink, Authorization=CREDENTIALS).status == 200
    assert any_edge.ask(permalink).status == 401


def test_the_doctor_finds_a_site_well_through_an_edge(any_edge: Site) -> None:
    _code, found = run_on(any_edge)
    assert found["link_altered"]["status"] == "ok"
    assert not_well(found) == []


# Private documents, and an edge that checks links


def test_an_edge_that_checks_keeps_one_copy_for_all_links(checking_edge: Site) -> None:
    name = created(checking_edge)["programme_file"].partition("/media/")[2].partition("?")[0]
    first = checking_edge.ask(links().make(name, "a.pdf").url)
    second = checking_edge.ask(f"{links().make(name, 'b.pdf').url}&download=1")
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert second.body == first.body
    assert first.headers["Content-Disposition"] == 'inline; filename="a.pdf"'
    assert second.headers["Content-Disposition"] == 'attachment; filename="b.pdf"'
    for answer in (first, second):
        assert answer.headers["Cache-Control"] == "private, max-age=3600, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"


def test_an_edge_that_checks_answers_ranges_and_conditions(checking_edge: Site) -> None:
    target = links().make(checking_edge.name, FILENAME).url
    whole = checking_edge.ask(target)
    part = checking_edge.ask(target, Range="bytes=3000000-3000009")
    assert (part.status, part.body) == (206, whole.body[3_000_000:3_000_010])
    assert part.headers["X-Cache"] == "HIT"
    assert checking_edge.ask(target, If_None_Match=whole.headers["ETag"]).status == 304
    past = checking_edge.ask(target, Range="bytes=9999999-")
    assert (past.status, past.headers["Cache-Control"]) == (416, "no-store")


def test_a_document_that_is_gone_before_the_edge_has_it_is_404(checking_edge: Site) -> None:
    event = created(checking_edge)
    link, permalink = path_of(event["programme_file"]), permalink_of(event)
    assert checking_edge.ask(permalink, "DELETE", Authorization=CREDENTIALS).status == 204
    answer = checking_edge.ask(link)
    assert (answer.status, codes(answer)) == (404, ["document_removed"])
    assert answer.headers["Cache-Control"] == "no-store"


# Varnish


def test_varnish_keeps_a_public_document_and_nothing_private(
    varnish: Any, public_origin: Site
) -> None:
    target = path_of(created(public_origin)["programme_file"]).rstrip("?")
    assert varnish(target).headers["X-Cache"] == "MISS"
    assert varnish(target, Cookie="sessionid=x").headers["X-Cache"] == "HIT"
    for _ in range(2):
        assert varnish("/api/events/").headers["X-Cache"] == "MISS"


def test_varnish_obeys_the_header_of_a_private_document(private_origin: Site) -> None:
    good = links().make(private_origin.name, FILENAME).url
    expired = links(max_age=-3600, window=1).make(private_origin.name, FILENAME).url
    with varnish_edge(private_origin) as port:
        ask = partial(private_origin.ask_plainly, port, Host=HOST)
        for _ in range(2):
            answer = ask(good)
            assert (answer.status, answer.headers["X-Cache"]) == (200, "MISS")
            assert answer.headers["Cache-Control"].startswith("private")
            assert [ask(target).status for target in (f"{good}x", expired)] == [403, 410]


@pytest.fixture
def purge(varnish: Any, monkeypatch: Any) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("purge", DEPLOY / "cdn" / "purge.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "EDGES", [f"127.0.0.1:{varnish.args[0]}"])
    yield module
    for signal in (document_replaced, document_cleared, document_deleted):
        signal.disconnect(module.purge)


def test_a_signal_purges_every_copy_of_a_document(
    varnish: Any, public_origin: Site, purge: ModuleType
) -> None:
    event = created(public_origin)
    target = path_of(event["programme_file"]).rstrip("?")
    for query in ("", "?download=1"):
        varnish(target + query)
        assert varnish(target + query).headers["X-Cache"] == "HIT"
    public_origin.ask(permalink_of(event), "DELETE", Authorization=CREDENTIALS)
    assert varnish(target).status == 200  # The edge does not know yet.

    answers = document_deleted.send_robust(None, old_url=event["programme_file"])
    [sent] = [answer for receiver, answer in answers if receiver is purge.purge]
    assert sent is None
    for query in ("", "?download=1"):
        assert varnish(target + query).status == 404


def test_a_document_that_never_was_is_not_purged(purge: ModuleType) -> None:
    purge.EDGES = ["nowhere.invalid"]
    purge.purge(None, old_url=None)
