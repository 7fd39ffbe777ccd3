"""What the web servers have in common: Django decides, they read the file and send it."""

from abc import abstractmethod

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from django_event_pdfs.delivery.base import GUARDS, Representation
from django_event_pdfs.delivery.ranges import UnsatisfiableRange
from django_event_pdfs.delivery.stream import StreamDelivery
from django_event_pdfs.storage import Stat


class WebServerDelivery(StreamDelivery):
    """Names the file in a header and leaves its bytes, and any range of them, to the web server.

    Django streams what the web server cannot read, because the storage has no local paths, and
    what it would judge otherwise than Django did.
    """

    @abstractmethod
    def handed_over(self, document: Representation, path: str) -> dict[str, str] | None:
        """Return the headers that make the web server send the file, None where Django has to.

        ``path`` is where the file lies, absolute.
        """

    def _content(
        self, request: HttpRequest, document: Representation, found: Stat, etag: str
    ) -> HttpResponseBase:
        path = found.path if self._is_left(request, found, etag) else None
        headers = None if path is None else self.handed_over(document, path)
        if headers is None:
            return super()._content(request, document, found, etag)
        # Django's cache would keep these headers as if they were the document.
        request._cache_update_cache = False  # type: ignore[attr-defined]
        # Not 206: the web server cuts ranges out of a 200.
        return HttpResponse(headers=headers, content_type="application/pdf")

    def _is_left(self, request: HttpRequest, found: Stat, etag: str) -> bool:
        """Return whether the web server, which judges the request anew, answers the same."""
        # It would compare If-Match with an ETag of its own, and Django knows the answer to HEAD.
        if request.method == "HEAD" or GUARDS & request.META.keys():
            return False
        try:
            wanted = self._wanted_range(request, found, etag)
        except UnsatisfiableRange:
            return False
        return wanted is not None or "HTTP_RANGE" not in request.META
