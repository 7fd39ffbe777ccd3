"""Redirection to the object store: the bytes never pass through Django."""

import logging
import re
from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from django_event_pdfs.conf import seconds
from django_event_pdfs.delivery.base import Representation
from django_event_pdfs.delivery.stream import StreamDelivery
from django_event_pdfs.signed_urls import Presentation, url_signer

logger = logging.getLogger("django_event_pdfs")

_LASTING = re.compile(r"max-age=(\d+)(, immutable)?")


class RedirectDelivery(StreamDelivery):
    """Answers GET by 302 to a URL that the object store signs at the click, and HEAD itself.

    A storage that signs no URLs streams. Options: ``max_age`` (``timedelta`` or seconds), how long
    such a URL lives, and ``frame_ancestors``, which holds for what is streamed: a store sends no
    such header.
    """

    def __init__(
        self,
        *,
        max_age: timedelta | int = timedelta(minutes=5),
        frame_ancestors: Sequence[str] = ("'self'",),
    ) -> None:
        super().__init__(frame_ancestors=frame_ancestors)
        self.max_age = seconds(max_age)

    def sign(self, document: Representation) -> str | None:
        """Return a URL of the storage that lives ``max_age`` seconds, None where it signs none."""
        signer = url_signer(document.storage)
        if signer is None:
            return None
        presentation = Presentation(document.filename, document.download, document.cache_control)
        try:
            return signer.sign(document.name, presentation, self.max_age)
        except Exception:
            # Credentials that may read and cannot sign, as machines in Google's cloud have them.
            logger.warning("%s signs no URLs, so Django streams.", document.storage, exc_info=True)
            return None

    def _respond(self, request: HttpRequest, document: Representation) -> HttpResponseBase:
        if request.method != "GET":
            return super()._respond(request, document)
        early = _conditional_response(request, document)
        if early is not None:
            return early
        url = self.sign(document)
        if url is None:
            return super()._respond(request, document)
        # Not Django's HttpResponseRedirect, which refuses long URLs. And no ETag: who keeps a
        # redirect, and then hears that nothing has changed, would follow it when it has expired.
        return HttpResponse(status=302, headers={"Location": url})

    def _add_headers(self, response: HttpResponseBase, document: Representation) -> None:
        super()._add_headers(response, document)
        if response.status_code == 302:
            response["Cache-Control"] = self._kept_shortly(document.cache_control)

    def _kept_shortly(self, cache_control: str) -> str:
        """Return ``Cache-Control`` of a redirect: kept for half the life of the URL at most."""
        if "no-cache" in cache_control:  # It has nothing to be revalidated by.
            return "no-store"
        most = self.max_age // 2
        return _LASTING.sub(lambda found: f"max-age={min(int(found[1]), most)}", cache_control)


def _conditional_response(
    request: HttpRequest, document: Representation
) -> HttpResponseBase | None:
    """Return 304 or 412 where the name alone decides. Conditions on dates are the store's."""
    etag = document.named_etag
    if not etag or "HTTP_IF_UNMODIFIED_SINCE" in request.META:
        return None
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is not None:
        response["ETag"] = etag
    return response
