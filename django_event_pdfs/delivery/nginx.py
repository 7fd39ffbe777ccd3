"""Delivery by nginx: X-Accel-Redirect."""

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django_event_pdfs.delivery.base import Representation
from django_event_pdfs.delivery.web_server import WebServerDelivery


class NginxDelivery(WebServerDelivery):
    """Names the file by a path of nginx that only such a header opens.

    Options: ``location``, the path of nginx's ``internal`` location, whose ``alias`` is the folder
    of the storage; ``frame_ancestors``.

    nginx takes few headers of Django into its answer. Its location has to add the others: see
    ``example_project/deploy/nginx``.
    """

    def __init__(
        self, *, location: str = "/_event_pdfs/", frame_ancestors: Sequence[str] = ("'self'",)
    ) -> None:
        super().__init__(frame_ancestors=frame_ancestors)
        self.location = f"/{location.strip('/')}/"

    def handed_over(self, document: Representation, path: str) -> dict[str, str]:
        storage: Any = document.storage  # With paths, so a FileSystemStorage.
        inside = document.name
        if path != f"{storage.location}/{inside}":  # nginx refuses the ".." of legacy names.
            inside = os.path.relpath(path, storage.path(""))
        # No Accept-Ranges: nginx would say it twice.
        return {"X-Accel-Redirect": quote(os.fsencode(self.location + inside))}
