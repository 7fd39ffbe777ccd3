"""The contract of every delivery backend: of the library's, and of a host's own. For pytest."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import Storage
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from django.utils.module_loading import import_string

from django_event_pdfs.delivery import BaseDelivery, Representation
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing.answers import SIZE, Answer, AnswerContract

MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.middleware.cache.CacheMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
]


def read(response: Any) -> Answer:
    """Read a response to its end and close it, as a server does."""
    try:
        if response.streaming and response.is_async:
            body = async_to_sync(_join)(response)
        else:
            body = b"".join(response)
    finally:
        response.close()
    return Answer(response.status_code, response.headers, body)


async def _join(response: Any) -> bytes:
    return b"".join([chunk async for chunk in response])


class DeliveryContract(AnswerContract):
    """Inherit it in a class of tests and give two fixtures.

    ``delivery`` is the backend, ``place`` an empty storage. Each test runs with a WSGI and with an
    ASGI request.
    """

    @pytest.fixture
    def delivery(self) -> BaseDelivery:
        raise NotImplementedError

    @pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["wsgi", "asgi"])
    def factory(self, request: Any) -> Any:
        return request.param()

    @pytest.fixture
    def ask(self, delivery: BaseDelivery, factory: Any, document: Representation) -> Any:
        def ask(method: str = "GET", document: Representation = document, **headers: str) -> Answer:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return read(delivery.respond(factory.generic(method, "/", headers=given), document))

        return ask

    @pytest.fixture
    def calls(self, place: Storage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the storage's methods that are called from now on."""
        calls: list[str] = []

        def note(name: str, method: Callable[..., Any]) -> None:
            def noting(*args: Any, **kwargs: Any) -> Any:
                calls.append(name)
                return method(*args, **kwargs)

            monkeypatch.setattr(place, name, noting)

        for name in ("open", "exists", "size", "path", "get_modified_time"):
            note(name, getattr(place, name))
        return calls

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_missing_file_is_told(self, ask: Any, document: Any, method: str) -> None:
        gone = replace(document, name=new_name("events/programmes/", "programme_file"))
        with pytest.raises(FileNotFoundError):
            ask(method, gone, Range="bytes=0-1")

    def test_304_asks_the_storage_nothing(self, ask: Any, calls: list[str]) -> None:
        etag = ask().headers["ETag"]
        calls.clear()
        assert ask(If_None_Match=etag, If_Modified_Since="x", Range="bytes=0-1").status == 304
        assert calls == []

    # Behind a host's middleware

    @pytest.mark.parametrize("scope", ["private", "public"])
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Range": "bytes=5-70000"},
            {"Range": f"bytes={SIZE}-"},
            {"If-None-Match": "*"},
            {"If-Match": '"other"'},
        ],
        ids=["whole", "part", "past-the-end", "unchanged", "failed"],
    )
    @pytest.mark.parametrize("path", MIDDLEWARE)
    @override_settings(
        SECURE_CSP={"default-src": ["'none'"]},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    )
    def test_middleware_changes_nothing(
        self,
        delivery: BaseDelivery,
        factory: Any,
        document: Representation,
        path: str,
        headers: dict[str, str],
        scope: str,
    ) -> None:
        document = replace(document, cache_control=f"{scope}, max-age=3600, immutable")
        try:
            middleware = import_string(path)
        except ImportError:
            pytest.skip("this Django has no such middleware")

        def ask(view: Callable[[Any], Any], method: str) -> Answer:
            accept = {"Accept-Encoding": "gzip, br", **headers}
            # An address of its own, for caches outlive a test.
            return read(view(factory.generic(method, f"/{document.name}", headers=accept)))

        def view(request: Any) -> Any:
            return delivery.respond(request, document)

        for method in ("GET", "HEAD", "GET", "HEAD"):  # The second time perhaps from a cache.
            plain, behind = ask(view, method), ask(middleware(view), method)
            assert (behind.status, behind.body) == (plain.status, plain.body)
            assert behind.fields() | plain.fields() == behind.fields()
            assert not {"content-encoding", "x-frame-options"} & {*behind.fields()}
