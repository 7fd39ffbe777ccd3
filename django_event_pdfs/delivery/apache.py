"""Delivery by Apache with mod_xsendfile, or by any web server that knows X-Sendfile."""

import os
from urllib.parse import quote

from django_event_pdfs.delivery.base import Representation
from django_event_pdfs.delivery.web_server import WebServerDelivery


class ApacheDelivery(WebServerDelivery):
    """Names the file by its absolute path, percent-encoded, which ``XSendFilePath`` must allow.

    Option: ``frame_ancestors``.
    """

    def handed_over(self, document: Representation) -> tuple[str, str]:
        return "X-Sendfile", quote(os.fsencode(document.storage.path(document.name)))
