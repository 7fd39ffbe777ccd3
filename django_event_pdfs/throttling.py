"""How often documents are sent and opened: scopes of throttles, off until they have a rate."""

from typing import Any

from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

UPLOADS = "event_pdfs_uploads"
DOWNLOADS = "event_pdfs_downloads"


class DocumentThrottle(SimpleRateThrottle):
    """Counts the uploads and the downloads of a user, or of an address.

    The rates are those of ``DEFAULT_THROTTLE_RATES``; a scope without one is not counted.
    """

    def __init__(self) -> None:
        """Leave the rate to the request, as DRF's ``ScopedRateThrottle`` does."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.scope = _scope(request, view)
        if self.scope is None:
            return True
        rate = api_settings.DEFAULT_THROTTLE_RATES.get(self.scope)
        if not rate:
            return True
        self.rate = str(rate)
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: APIView) -> str:
        user = request.user
        known = user is not None and user.is_authenticated
        ident = user.pk if known else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


def _scope(request: Request, view: Any) -> str | None:
    is_document = bool(getattr(view, "document_field", None))
    if request.method in ("GET", "HEAD") and is_document:
        return DOWNLOADS
    is_form = (request.content_type or "").lower().startswith("multipart/")
    sends_files = request.method in ("POST", "PUT", "PATCH") and (is_document or is_form)
    return UPLOADS if sends_files else None
