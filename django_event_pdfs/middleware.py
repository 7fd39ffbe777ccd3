"""Links answered before the middleware that follows, which has nothing to say about them."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.views import deliver_link, open_link


class LinkMiddleware:
    """Answers genuine links, and hands everything else on, failing links too.

    It belongs after the middleware that documents need, for its headers say, and before the rest:
    sessions, CSRF, users and messages, which cost a link more than its own view.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._answer(request)
        response: HttpResponseBase = _delivered(request) or self.get_response(request)
        return response

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        delivered = await sync_to_async(_delivered)(request) if _may_be_link(request) else None
        response: HttpResponseBase = delivered or await self.get_response(request)
        return response


def _may_be_link(request: HttpRequest) -> bool:
    return "signature=" in request.META.get("QUERY_STRING", "")


def _delivered(request: HttpRequest) -> HttpResponseBase | None:
    """Return the document of a genuine link, None for any other request."""
    if request.method not in ("GET", "HEAD") or not _may_be_link(request):
        return None
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
        if match.func is not open_link:  # Nor what a host wraps it in.
            return None
        request.resolver_match = match  # As Django has it when it calls the view.
        response = deliver_link(request, match.kwargs["name"])
    except (Resolver404, FileNotFoundError, SuspiciousOperation, StorageUnavailable):
        return None  # The view says what is wrong.
    if response and not response.streaming and "Content-Length" not in response:
        response["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
    return response
