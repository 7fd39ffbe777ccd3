"""URLs that object stores sign: judged by code of our own, as the store would."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from django_event_pdfs.signed_urls import (
    Presentation,
    asks_to_sign,
    has_open_urls,
    url_signer,
)
from tests import sigv4

pytest.importorskip("storages")
pytest.importorskip("boto3")

from storages.backends.s3 import S3Storage

SECRET = "not a secret but forty characters long!!"
NAME = "events/programmes/programme_6wsdm3w7xhmkv26vfd5yzxjbcz.pdf"
SHOWN = Presentation("議程 2026+%.pdf", cache_control="private, max-age=60, immutable")

# django-storages asks utcnow(), here and there, and Google warns of old versions of Python.
pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def s3(**options):
    keys = {"access_key": "documents", "secret_key": SECRET, "region_name": "eu-west-3"}
    return S3Storage(**{"bucket_name": "documents", "signature_version": "s3v4", **keys, **options})


def cloudfront(**options):
    cloudfront = pytest.importorskip("tests.cloudfront")
    keys = {"cloudfront_key_id": cloudfront.KEY_ID, "cloudfront_key": cloudfront.private_pem()}
    return s3(custom_domain=cloudfront.DOMAIN, **keys, **options)


class OwnURLs(S3Storage):
    def url(self, name):
        return f"https://files.example.org/{name}"


class OwnFileURLs(FileSystemStorage):
    def url(self, name):
        return f"{super().url(name)}?token=1"


# S3


@pytest.mark.parametrize("presentation", [Presentation(), SHOWN])
@pytest.mark.parametrize("options", [{}, {"location": "tenant a"}, {"addressing_style": "virtual"}])
def test_s3_recognises_its_signature(options, presentation):
    url = url_signer(s3(**options)).sign(NAME, presentation, 300)
    assert sigv4.is_genuine(url, SECRET)
    assert not sigv4.is_genuine(url, SECRET[:-1] + "?")
    assert sigv4.life(url)[1] == timedelta(seconds=300)
    assert urlsplit(url).path.endswith(f"/{NAME}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NAME, NAME.replace("6", "7")),
        ("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        ("inline", "attachment"),
        ("documents", "elsewhere"),
    ],
)
def test_nothing_of_an_s3_url_can_be_altered(old, new):
    url = url_signer(s3()).sign(NAME, SHOWN, 300)
    assert old in url
    assert not sigv4.is_genuine(url.replace(old, new, 1), SECRET)


def test_s3_is_told_how_to_present_the_document():
    query = parse_qs(urlsplit(url_signer(s3()).sign(NAME, SHOWN, 300)).query)
    (disposition,) = query["response-content-disposition"]
    assert disposition.endswith("; filename*=UTF-8''%E8%AD%B0%E7%A8%8B%202026+%25.pdf")
    assert query["response-content-type"] == ["application/pdf"]
    assert query["response-cache-control"] == [SHOWN.cache_control]


# CloudFront


@pytest.mark.parametrize("presentation", [Presentation(), SHOWN, Presentation("a b.pdf", True)])
@pytest.mark.parametrize("options", [{}, {"location": "tenant a"}])
def test_cloudfront_recognises_its_signature(options, presentation):
    from tests.cloudfront import opens

    url = url_signer(cloudfront(**options)).sign(NAME, presentation, 300)
    assert opens(url)
    assert not opens(url, at=datetime.now(UTC) + timedelta(seconds=301))
    assert not opens(url.replace(NAME, NAME.replace("6", "7")))
    assert not opens(url.replace("Expires=", "Expires=9"))


def test_cloudfront_is_told_the_name_without_a_plus_for_a_space():
    # One that decodes it and one that does not would read two names.
    query = urlsplit(url_signer(cloudfront()).sign(NAME, Presentation("a b.pdf"), 300)).query
    assert query.startswith("response-content-disposition=inline%3B%20filename%3D%22a%20b.pdf%22&")


# Google and Azure


def google(**options):
    pytest.importorskip("google.cloud.storage")
    from google.oauth2.service_account import Credentials
    from storages.backends.gcloud import GoogleCloudStorage

    from tests.cloudfront import private_key, private_pem

    assert private_key()
    account = {"client_email": "a@example.org", "token_uri": "https://example.org/"}
    credentials = Credentials.from_service_account_info({**account, "private_key": private_pem()})
    return GoogleCloudStorage(
        **{"bucket_name": "documents", "project_id": "p", "credentials": credentials, **options}
    )


def azure(**options):
    pytest.importorskip("azure.storage.blob")
    from storages.backends.azure_storage import AzureStorage

    key = base64.b64encode(b"k" * 64).decode()
    account = {"account_name": "account", "account_key": key, "azure_container": "documents"}
    return AzureStorage(**{**account, "expiration_secs": 3600, **options})


def test_google_signs_the_time_and_the_presentation():
    query = parse_qs(urlsplit(url_signer(google()).sign(NAME, SHOWN, 300)).query)
    assert query["X-Goog-Expires"] == ["300"]
    assert query["X-Goog-SignedHeaders"] == ["host"]
    assert query["response-content-type"] == ["application/pdf"]
    assert query["response-cache-control"] == [SHOWN.cache_control]
    assert "inline" in query["response-content-disposition"][0]


def test_azure_signs_the_time_and_the_presentation():
    url = url_signer(azure()).sign(NAME, SHOWN, 300)
    query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    ends = datetime.fromisoformat(query["se"])
    assert timedelta(seconds=200) < ends - datetime.now(UTC) <= timedelta(seconds=300)
    assert (query["rsct"], query["rscc"]) == ("application/pdf", SHOWN.cache_control)
    assert "inline" in query["rscd"]
    assert query["sp"] == "r"


# Who signs


@pytest.mark.parametrize(
    ("make", "options", "lifetime"),
    [
        (s3, {}, 3600),
        (s3, {"querystring_expire": 60}, 60),
        (cloudfront, {"querystring_expire": 60}, 60),
        (google, {}, 86400),
        (google, {"expiration": 60}, 60),
        (azure, {}, 3600),
    ],
)
def test_what_is_set_up_to_sign_does(make, options, lifetime):
    storage = make(**options)
    assert url_signer(storage).lifetime == lifetime
    assert not has_open_urls(storage)


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (s3, {"querystring_auth": False}),
        (s3, {"custom_domain": "cdn.example.org"}),
        (cloudfront, {"querystring_auth": False}),
        (google, {"querystring_auth": False}),
        (google, {"default_acl": "publicRead"}),
        (azure, {"expiration_secs": None}),
        (FileSystemStorage, {}),
    ],
)
def test_what_is_not_does_not_and_is_open(make, options):
    storage = make(**options)
    assert url_signer(storage) is None
    assert has_open_urls(storage)


@pytest.mark.parametrize("make", [lambda: OwnURLs(bucket_name="b"), OwnFileURLs, InMemoryStorage])
def test_a_storage_with_urls_of_its_own_is_not_judged(make):
    storage = make()
    assert url_signer(storage) is None
    assert not has_open_urls(storage)


@pytest.mark.parametrize("asks", [True, False])
def test_google_may_have_to_ask_for_each_signature(asks):
    assert asks_to_sign(google(iam_sign_blob=asks)) is asks
    assert not asks_to_sign(s3())
