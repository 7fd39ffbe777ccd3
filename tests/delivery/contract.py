"""The contract of every delivery backend.

A test module subclasses ``DeliveryContract`` and gives two fixtures: ``delivery``, the backend, and
``place``, an empty storage. Each test runs with a WSGI and with an ASGI request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.http import HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory
from django.utils.http import http_date
from django.utils.module_loading import import_string

from django_event_pdfs.delivery import BaseDelivery, Representation
from django_event_pdfs.naming import new_name

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 700  # over two chunks
SIZE = len(CONTENT)
CACHE_CONTROL = "private, max-age=3600, immutable"

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


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    response: HttpResponseBase


def read(response: Any) -> Answer:
    """Read a response to its end and close it, as a server does."""
    try:
        if response.streaming and response.is_async:
            body = async_to_sync(_join)(response)
        else:
            body = b"".join(response)
    finally:
        response.close()
    return Answer(response.status_code, response.headers, body, response)


async def _join(response: Any) -> bytes:
    return b"".join([chunk async for chunk in response])


class DeliveryContract:
    @pytest.fixture
    def delivery(self) -> BaseDelivery:
        raise NotImplementedError

    @pytest.fixture
    def place(self) -> Storage:
        raise NotImplementedError

    @pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["wsgi", "asgi"])
    def factory(self, request: Any) -> Any:
        return request.param()

    @pytest.fixture
    def document(self, place: Storage) -> Representation:
        name = place.save(new_name("events/programmes/", "programme_file"), ContentFile(CONTENT))
        return Representation(place, name, "Programme 議程.pdf", CACHE_CONTROL)

    @pytest.fixture
    def legacy(self, place: Storage) -> Representation:
        name = place.save("events/programmes/summit.pdf", ContentFile(CONTENT))
        return Representation(place, name, "summit.pdf", "private, no-cache")

    @pytest.fixture
    def ask(self, delivery: BaseDelivery, factory: Any, document: Representation) -> Any:
        """Return ``ask(method, document, **headers)``; a header's dashes are underscores."""

        def ask(method: str = "GET", document: Representation = document, **headers: str) -> Answer:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return read(delivery.respond(factory.generic(method, "/", headers=given), document))

        return ask

    @pytest.fixture
    def calls(self, place: Storage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the storage's methods that are called from now on."""
        calls: list[str] = []

        def noting(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *args, **kwargs: (calls.append(name), method(*args, **kwargs))[1]

        for name in ("open", "exists", "size", "path", "get_modified_time"):
            monkeypatch.setattr(place, name, noting(name, getattr(place, name)))
        return calls

    # The whole document

    def test_get_answers_the_whole_document(self, ask: Any) -> None:
        answer = ask()
        assert (answer.status, answer.body) == (200, CONTENT)
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Accept-Ranges"] == "bytes"

    def test_head_has_the_headers_of_get_and_no_body(self, ask: Any) -> None:
        head, get = ask("HEAD"), ask("GET")
        assert (head.status, head.body) == (200, b"")
        assert dict(head.headers) == dict(get.headers)

    def test_the_etag_is_the_random_part_of_the_name(self, ask: Any, document: Any) -> None:
        etag = ask().headers["ETag"]
        assert etag.strip('"') in document.name
        assert len(etag) == 28

    def test_a_name_we_did_not_choose_gets_a_strong_etag(self, ask: Any, legacy: Any) -> None:
        etag = ask(document=legacy).headers["ETag"]
        assert etag.startswith('"')
        assert ask(document=legacy, If_None_Match=etag).status == 304

    def test_a_legacy_file_of_another_size_has_another_etag(
        self, ask: Any, legacy: Any, place: Storage
    ) -> None:
        before = ask(document=legacy).headers["ETag"]
        place.delete(legacy.name)
        place.save(legacy.name, ContentFile(CONTENT + b"more"))
        assert ask(document=legacy, If_None_Match=before).body == CONTENT + b"more"

    def test_last_modified_is_that_of_the_storage(
        self, ask: Any, document: Any, place: Storage
    ) -> None:
        modified = place.get_modified_time(document.name)
        assert ask().headers["Last-Modified"] == http_date(int(modified.timestamp()))

    def test_the_filename_is_that_of_the_representation(self, ask: Any) -> None:
        disposition = ask().headers["Content-Disposition"]
        assert disposition.startswith('inline; filename="Programme .pdf"; filename*=UTF-8')

    def test_a_download_is_an_attachment(self, ask: Any, document: Any) -> None:
        answer = ask(document=replace(document, download=True))
        assert answer.headers["Content-Disposition"].startswith("attachment;")

    def test_an_empty_file_is_answered_whole(self, ask: Any, legacy: Any, place: Storage) -> None:
        name = place.save("events/programmes/empty.pdf", ContentFile(b""))
        answer = ask(document=replace(legacy, name=name))
        assert (answer.status, answer.headers["Content-Length"]) == (200, "0")

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_missing_file_is_told(self, ask: Any, document: Any, method: str) -> None:
        gone = replace(document, name=new_name("events/programmes/", "programme_file"))
        with pytest.raises(FileNotFoundError):
            ask(method, gone, Range="bytes=0-1")

    # Ranges

    @pytest.mark.parametrize(
        ("header", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=5-70000", 5, 70001),
            ("bytes=100000-", 100000, SIZE),
            ("bytes=-7", SIZE - 7, SIZE),
            ("bytes=0-", 0, SIZE),
            (f"bytes={SIZE - 1}-{SIZE * 9}", SIZE - 1, SIZE),
        ],
    )
    def test_a_range_is_answered(self, ask: Any, header: str, start: int, stop: int) -> None:
        answer = ask(Range=header)
        assert (answer.status, answer.body) == (206, CONTENT[start:stop])
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["Content-Length"] == str(stop - start)

    def test_a_part_has_the_headers_of_the_whole(self, ask: Any) -> None:
        # RFC 9110, 15.3.7.
        whole, part = dict(ask().headers), dict(ask(Range="bytes=0-9").headers)
        for headers in (whole, part):
            headers.pop("Content-Length")
        part.pop("Content-Range")
        assert part == whole

    @pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 1}", "bytes=-0"])
    def test_a_range_past_the_end_is_416(self, ask: Any, header: str) -> None:
        answer = ask(Range=header)
        assert (answer.status, answer.body) == (416, b"")
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"

    @pytest.mark.parametrize(
        "header",
        ["bytes=a-b", "bytes=9-5", "lines=0-1", "bytes=0-0,-1", "bytes=" + "0-1," * 1000 + "0-1"],
    )
    def test_a_range_not_understood_or_not_single_is_ignored(self, ask: Any, header: str) -> None:
        answer = ask(Range=header)
        assert (answer.status, answer.body) == (200, CONTENT)
        assert "Content-Range" not in answer.headers

    @pytest.mark.parametrize("header", ["bytes=0-9", f"bytes={SIZE}-"])
    def test_a_range_means_nothing_to_head(self, ask: Any, header: str) -> None:
        answer = ask("HEAD", Range=header)
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))

    def test_if_range_with_the_etag_holds(self, ask: Any) -> None:
        answer = ask(Range="bytes=0-9", If_Range=ask().headers["ETag"])
        assert (answer.status, answer.body) == (206, CONTENT[:10])

    def test_if_range_with_the_exact_date_holds(self, ask: Any) -> None:
        assert ask(Range="bytes=0-9", If_Range=ask().headers["Last-Modified"]).status == 206

    @pytest.mark.parametrize(
        "condition",
        ['"other"', "W/{etag}", "{bare}", "*", "nonsense", "Mon, 01 Jan 1900 00:00:00 GMT"],
    )
    @pytest.mark.parametrize("header", ["bytes=0-9", f"bytes={SIZE}-"])
    def test_if_range_that_does_not_hold_gets_the_whole(
        self, ask: Any, condition: str, header: str
    ) -> None:
        etag = ask().headers["ETag"]
        condition = condition.format(etag=etag, bare=etag.strip('"'))
        assert ask(Range=header, If_Range=condition).status == 200

    def test_if_range_with_a_later_date_does_not_hold(self, ask: Any) -> None:
        later = http_date((datetime.now(UTC) + timedelta(days=1)).timestamp())
        assert ask(Range="bytes=0-9", If_Range=later).status == 200

    # Conditions

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("condition", ["{etag}", "W/{etag}", '"a", {etag}, W/"b"', "*"])
    def test_an_unchanged_document_is_304(self, ask: Any, method: str, condition: str) -> None:
        answer = ask(method, If_None_Match=condition.format(etag=ask().headers["ETag"]))
        assert (answer.status, answer.body) == (304, b"")

    def test_304_asks_the_storage_nothing(self, ask: Any, calls: list[str]) -> None:
        etag = ask().headers["ETag"]
        calls.clear()
        assert ask(If_None_Match=etag, If_Modified_Since="x", Range="bytes=0-1").status == 304
        assert calls == []

    def test_304_has_the_headers_that_caches_need(self, ask: Any) -> None:
        # RFC 9110, 15.4.5; there is no Vary, Expires or Content-Location in 200.
        whole = ask().headers
        answer = ask(If_None_Match=whole["ETag"])
        for name in ("ETag", "Cache-Control"):
            assert answer.headers[name] == whole[name]
        assert "Content-Type" not in answer.headers

    @pytest.mark.parametrize("condition", ['"other"', 'W/"other", "another"', "nonsense"])
    def test_a_changed_document_is_answered(self, ask: Any, condition: str) -> None:
        assert ask(If_None_Match=condition).status == 200

    def test_if_modified_since_compares_dates(self, ask: Any) -> None:
        assert ask(If_Modified_Since=ask().headers["Last-Modified"]).status == 304

    @pytest.mark.parametrize(
        "date",
        [
            "Mon, 01 Jan 1900 00:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Fri, 31 Feb 2025 00:00:00 GMT",
            "yesterday",
        ],
    )
    def test_an_old_or_malformed_date_is_answered(self, ask: Any, date: str) -> None:
        assert ask(If_Modified_Since=date).status == 200

    def test_if_none_match_speaks_before_if_modified_since(self, ask: Any) -> None:
        modified = ask().headers["Last-Modified"]
        assert ask(If_None_Match='"other"', If_Modified_Since=modified).status == 200

    @pytest.mark.parametrize("condition", ["{etag}", '"a", {etag}', "*"])
    def test_if_match_that_holds_is_answered(self, ask: Any, condition: str) -> None:
        assert ask(If_Match=condition.format(etag=ask().headers["ETag"])).status == 200

    @pytest.mark.parametrize("condition", ["W/{etag}", '"other"'])
    def test_if_match_that_does_not_hold_is_412(self, ask: Any, condition: str) -> None:
        etag = ask().headers["ETag"]
        condition = condition.format(etag=etag)
        assert ask(If_Match=condition).status == 412
        assert ask(If_Match=condition, If_None_Match=etag, Range="bytes=0-1").status == 412

    def test_if_unmodified_since_is_asked_before_if_none_match(self, ask: Any) -> None:
        now = ask().headers
        both = {"If_Unmodified_Since": now["Last-Modified"], "If_None_Match": now["ETag"]}
        assert ask(**both).status == 304
        old = "Mon, 01 Jan 1990 00:00:00 GMT"
        assert ask(If_Unmodified_Since=old).status == 412
        assert ask(**{**both, "If_Unmodified_Since": old}).status == 412

    # What goes with it

    @pytest.mark.parametrize("headers", [{"Range": f"bytes={SIZE}-"}, {"If_Match": '"other"'}])
    def test_a_failed_condition_is_not_stored(self, ask: Any, headers: dict[str, str]) -> None:
        assert ask(**headers).headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"If_None_Match": "*"}])
    def test_every_good_answer_is_guarded(self, ask: Any, headers: dict[str, str]) -> None:
        answer = ask(**headers)
        assert answer.headers["Cache-Control"] == CACHE_CONTROL
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

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
    def test_middleware_changes_nothing(
        self,
        delivery: BaseDelivery,
        factory: Any,
        document: Representation,
        settings: Any,
        path: str,
        headers: dict[str, str],
        scope: str,
    ) -> None:
        settings.SECURE_CSP = {"default-src": ["'none'"]}
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
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
            assert dict(behind.headers) | dict(plain.headers) == dict(behind.headers)
            assert "Content-Encoding" not in behind.headers
            assert "X-Frame-Options" not in behind.headers
