"""RedirectDelivery: to the store where it signs, the contract of a stream where it does not."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.test import AsyncRequestFactory, RequestFactory

from django_event_pdfs.delivery import (
    BaseDelivery,
    RedirectDelivery,
    Representation,
    StreamDelivery,
    get_delivery,
)
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import MemoryStorage
from tests import sigv4
from tests.delivery.contract import CONTENT, SIZE, DeliveryContract, MiddlewareContract, read

KEY, SECRET, BUCKET = "documents", "not a secret but forty characters long!!", "documents"
LASTING = "private, max-age=604800, immutable"

pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
]


class TestWhatStreams(DeliveryContract):
    """A storage that signs no URLs is streamed, by the delivery that is there by default."""

    @pytest.fixture
    def delivery(self) -> BaseDelivery:
        delivery = get_delivery()
        assert type(delivery) is RedirectDelivery
        return delivery

    @pytest.fixture(params=["memory", "files"])
    def place(self, request: Any, tmp_path: Path) -> Storage:
        return MemoryStorage() if request.param == "memory" else FileSystemStorage(tmp_path)


class Signing(RedirectDelivery):
    """Signs at once and always alike, as no store does."""

    def sign(self, document: Representation) -> str:
        return f"https://store.example/{document.name}?signature=x"


class TestRedirected(MiddlewareContract):
    """A redirect survives middleware as it is."""

    @pytest.fixture
    def delivery(self) -> BaseDelivery:
        return Signing()

    @pytest.fixture
    def document(self) -> Representation:
        place = MemoryStorage()
        name = place.save(new_name("events/programmes/", "programme_file"), ContentFile(CONTENT))
        return Representation(place, name, "議程 2026.pdf", LASTING)


@pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["wsgi", "asgi"])
def factory(request: Any) -> Any:
    return request.param()


@pytest.fixture
def bucket() -> Any:
    """Return a storage that signs; ``bucket.calls`` are the requests that it made."""
    pytest.importorskip("storages")
    boto3 = pytest.importorskip("boto3")
    moto = pytest.importorskip("moto")
    from storages.backends.s3 import S3Storage

    keys = {"access_key": KEY, "secret_key": SECRET, "region_name": "us-east-1"}
    with moto.mock_aws():
        boto3.client("s3", "us-east-1").create_bucket(Bucket=BUCKET)
        storage = S3Storage(bucket_name=BUCKET, signature_version="s3v4", **keys)
        storage.calls = []
        storage.bucket.meta.client.meta.events.register(
            "before-call.s3", lambda model, **kwargs: storage.calls.append(model.name)
        )
        yield storage


@pytest.fixture
def document(bucket: Any) -> Representation:
    name = bucket.save(new_name("events/programmes/", "programme_file"), ContentFile(CONTENT))
    bucket.calls.clear()
    return Representation(bucket, name, "議程 2026.pdf", LASTING)


@pytest.fixture
def ask(factory: Any, document: Representation) -> Any:
    def ask(method: str = "GET", document: Representation = document, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = factory.generic(method, "/", headers=given)
        return read(RedirectDelivery().respond(request, document))

    return ask


def test_get_is_redirected_to_a_url_that_the_store_signed(ask: Any, document: Any) -> None:
    answer = ask()
    assert (answer.status, answer.body) == (302, b"")
    url = answer.headers["Location"]
    assert sigv4.is_genuine(url, SECRET)
    assert document.name in url
    assert sigv4.life(url)[1] == timedelta(minutes=5)


def test_get_asks_the_store_nothing(ask: Any, bucket: Any) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}, {"If_None_Match": '"a"'}):
        assert ask(**headers).status == 302
    assert bucket.calls == []


def test_the_store_is_told_how_to_present_the_document(ask: Any, document: Any) -> None:
    for download, kind in ((False, "inline"), (True, "attachment")):
        url = ask(document=replace(document, download=download)).headers["Location"]
        assert f"response-content-disposition={kind}%3B%20filename" in url
        assert quote(quote("議程 2026.pdf")) in url
        assert f"response-cache-control={quote(LASTING)}" in url


def test_head_is_answered_here_by_one_request(ask: Any, bucket: Any, document: Any) -> None:
    answer = ask("HEAD")
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))
    assert answer.headers["ETag"] == document.named_etag
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == LASTING
    assert "Last-Modified" in answer.headers
    assert bucket.calls == ["HeadObject"]


def test_head_tells_that_a_file_is_missing(ask: Any, document: Any) -> None:
    gone = replace(document, name=new_name("events/programmes/", "programme_file"))
    with pytest.raises(FileNotFoundError):
        ask("HEAD", gone)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("condition", ["{etag}", "W/{etag}", '"a", {etag}', "*"])
def test_an_unchanged_document_is_304_before_any_request(
    ask: Any, bucket: Any, document: Any, method: str, condition: str
) -> None:
    answer = ask(method, If_None_Match=condition.format(etag=document.named_etag))
    assert (answer.status, answer.headers["ETag"]) == (304, document.named_etag)
    assert answer.headers["Cache-Control"] == LASTING
    assert bucket.calls == []


def test_if_match_that_does_not_hold_is_412(ask: Any, bucket: Any, document: Any) -> None:
    answer = ask(If_Match='"other"')
    assert (answer.status, answer.headers["Cache-Control"]) == (412, "no-store")
    assert ask(If_Match=document.named_etag).status == 302
    assert bucket.calls == []


@pytest.mark.parametrize("header", ["If_Modified_Since", "If_Unmodified_Since"])
def test_a_condition_on_a_date_is_the_stores(ask: Any, bucket: Any, header: str) -> None:
    assert ask(**{header: "Mon, 01 Jan 1990 00:00:00 GMT"}).status == 302
    assert bucket.calls == []


def test_a_legacy_name_is_redirected_without_a_condition(ask: Any, document: Any) -> None:
    legacy = replace(document, name="summit.pdf", cache_control="private, no-cache")
    answer = ask(document=legacy, If_None_Match="*")
    assert (answer.status, answer.headers["Cache-Control"]) == (302, "no-store")


# A redirect is not kept for longer than it works


@pytest.mark.parametrize(
    ("cache_control", "expected"),
    [
        (LASTING, "private, max-age=150"),
        ("public, max-age=31536000, immutable", "public, max-age=150"),
        ("private, max-age=20, immutable", "private, max-age=20"),
        ("private, no-cache", "no-store"),
        ("public, no-cache", "no-store"),
    ],
)
def test_a_redirect_is_kept_for_half_its_life_at_most(
    ask: Any, document: Any, cache_control: str, expected: str
) -> None:
    answer = ask(document=replace(document, cache_control=cache_control))
    assert answer.headers["Cache-Control"] == expected


def test_a_redirect_has_nothing_to_revalidate_it_by(ask: Any) -> None:
    # A cache that hears 304 would use the old redirect, whose URL has expired.
    assert {"ETag", "Last-Modified"}.isdisjoint(ask().headers)


def test_a_redirect_hides_where_it_came_from(ask: Any) -> None:
    headers = ask().headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_long_url_is_no_obstacle(ask: Any, document: Any) -> None:
    # Django's own redirects end at 2,048 characters; temporary credentials alone have 1,000.
    long = ask(document=replace(document, filename="議" * 200 + ".pdf"))
    assert len(long.headers["Location"]) > 2048
    assert long.status == 302


@pytest.mark.parametrize("max_age", [60, timedelta(minutes=1)])
def test_how_long_a_url_lives_is_an_option(
    settings: Any, document: Representation, max_age: Any
) -> None:
    settings.EVENT_PDFS = {"DELIVERY": {"OPTIONS": {"max_age": max_age}}}
    answer = read(get_delivery().respond(RequestFactory().get("/"), document))
    assert sigv4.life(answer.headers["Location"])[1] == timedelta(seconds=60)
    assert answer.headers["Cache-Control"] == "private, max-age=30"


# What cannot be redirected


def streamed(storage: Storage, document: Representation) -> bool:
    answer = read(
        RedirectDelivery().respond(RequestFactory().get("/"), replace(document, storage=storage))
    )
    return (answer.status, answer.body) == (200, CONTENT)


@pytest.mark.parametrize(
    "options", [{"querystring_auth": False}, {"custom_domain": "cdn.example.org"}]
)
def test_a_bucket_that_is_not_set_up_to_sign_streams(
    bucket: Any, document: Representation, options: dict[str, Any]
) -> None:
    for name, value in options.items():
        setattr(bucket, name, value)
    assert streamed(bucket, document)


def test_credentials_that_cannot_sign_stream(
    bucket: Any, document: Representation, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*args: Any, **kwargs: Any) -> str:
        raise AttributeError("you need a private key to sign credentials")

    monkeypatch.setattr(type(bucket), "url", fail)
    assert streamed(bucket, document)
    assert re.search("signs no URLs", caplog.text)


def test_a_delivery_of_a_host_may_sign_in_its_own_way(tmp_path: Path) -> None:
    class Signing(RedirectDelivery):
        def sign(self, document: Representation) -> str:
            return f"https://files.example.org/{document.name}?token=1"

    document = Representation(FileSystemStorage(tmp_path), "a.pdf", "a.pdf", "private, no-cache")
    answer = read(Signing().respond(RequestFactory().get("/"), document))
    assert answer.headers["Location"] == "https://files.example.org/a.pdf?token=1"


def test_streaming_can_be_insisted_on(settings: Any, document: Representation) -> None:
    settings.EVENT_PDFS = {
        "DELIVERY": {"BACKEND": "django_event_pdfs.delivery.StreamDelivery"},
    }
    assert type(get_delivery()) is StreamDelivery
    answer = read(get_delivery().respond(RequestFactory().get("/"), document))
    assert (answer.status, answer.body) == (200, CONTENT)


def test_cloudfront_opens_what_it_is_redirected_to(document: Representation) -> None:
    cloudfront = pytest.importorskip("tests.cloudfront")
    from storages.backends.s3 import S3Storage

    keys = {"cloudfront_key_id": cloudfront.KEY_ID, "cloudfront_key": cloudfront.private_pem()}
    storage = S3Storage(bucket_name=BUCKET, custom_domain=cloudfront.DOMAIN, **keys)
    given = replace(document, storage=storage)
    answer = read(RedirectDelivery().respond(RequestFactory().get("/"), given))
    assert answer.status == 302
    assert cloudfront.opens(answer.headers["Location"])
    assert not cloudfront.opens(answer.headers["Location"].replace("inline", "attachment"))
