"""Delivery by Apache with mod_xsendfile, or by any web server that knows X-Sendfile."""

import os
from urllib.parse import quote

from django_event_pdfs.delivery.base import Representation
from django_event_pdfs.delivery.web_server import WebServerDelivery


class ApacheDelivery(WebServerDelivery):
    """Names the file by its absolute path, which ``XSendFilePath`` must allow.

    Option: ``frame_ancestors``.
    """

    def handed_over(self, document: Representation, path: str) -> dict[str, str] | None:
        # Releases of mod_xsendfile to 0.12 take the path as it stands, later ones unquote it.
        # Where that makes a difference, for legacy names alone, Django streams the file.
        if quote(os.fsencode(path)) != path:
            return None
        return {"X-Sendfile": path, "Accept-Ranges": "bytes"}
