"""What a host's middleware may not change in the answer of a delivery. For pytest."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from django.utils.module_loading import import_string

from django_event_pdfs.delivery import BaseDelivery, Representation
from django_event_pdfs.testing.answers import SIZE, Answer

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
    "django_event_pdfs.testing.middleware.content_security_policy",
]
# As Django's documentation orders them. CacheMiddleware is the first and the last in one.
STACK = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_event_pdfs.testing.middleware.content_security_policy",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
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


def content_security_policy(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return middleware of the shape of django-csp's, which adds a policy where there is none."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", "default-src 'none'")
        return response

    return middleware


def behind(paths: list[str]) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Return what puts a view behind middleware, the first of which is the outermost."""
    wraps = [import_string(path) for path in paths if _is_there(path)]
    if not wraps:
        pytest.skip("this Django has no such middleware")

    def wrapped(view: Callable[[Any], Any]) -> Callable[[Any], Any]:
        for wrap in reversed(wraps):
            view = wrap(view)
        return view

    return wrapped


def _is_there(path: str) -> bool:
    try:
        import_string(path)
    except ImportError:
        return False
    return True


class MiddlewareContract:
    """What middleware may not change in an answer: part of ``DeliveryContract``.

    By itself for a delivery whose answers have no body, since something else reads the file. Give
    two fixtures, ``delivery`` and ``document``.
    """

    @pytest.fixture
    def delivery(self) -> BaseDelivery:
        raise NotImplementedError

    @pytest.fixture
    def document(self) -> Representation:
        raise NotImplementedError

    @pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["wsgi", "asgi"])
    def factory(self, request: Any) -> Any:
        return request.param()

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
    @pytest.mark.parametrize(
        "paths", [*([path] for path in MIDDLEWARE), STACK], ids=[*MIDDLEWARE, "all"]
    )
    @override_settings(
        SECURE_CSP={"default-src": ["'none'"]},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    )
    def test_middleware_changes_nothing(
        self,
        delivery: BaseDelivery,
        factory: Any,
        document: Representation,
        paths: list[str],
        headers: dict[str, str],
        scope: str,
    ) -> None:
        document = replace(document, cache_control=f"{scope}, max-age=3600, immutable")
        middleware = behind(paths)

        def ask(view: Callable[[Any], Any], method: str) -> Answer:
            accept = {"Accept-Encoding": "gzip, br", **headers}
            # An address of its own, for caches outlive a test.
            return read(view(factory.generic(method, f"/{document.name}", headers=accept)))

        def view(request: Any) -> Any:
            return delivery.respond(request, document)

        for method in ("GET", "HEAD", "GET", "HEAD"):  # The second time perhaps from a cache.
            plain, through = ask(view, method), ask(middleware(view), method)
            assert (through.status, through.body) == (plain.status, plain.body)
            assert through.fields() | plain.fields() == through.fields()
            assert not {"content-encoding", "x-frame-options"} & {*through.fields()}
