"""The permalinks of one response: what they have in common is worked out once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest

from django_event_pdfs.links.mounts import is_found_by_key, permalink, permalink_route


class Permalinks:
    """Answers what :func:`permalink` does, made ``absolute``, for the many events of a response.

    Where an event is looked up by its key, a UUID or an integer, the address of one tells those of
    all whose key has as many characters: what comes before the key, and what comes after it.
    """

    def __init__(self, request: HttpRequest | None, absolute: Callable[[str], str]) -> None:
        self._request = request
        self._absolute = absolute
        self._ends: dict[Any, tuple[str, str] | None] = {}
        self._last: tuple[Any, str] = (None, "None")

    def of(self, event: Model, field_name: str) -> str | None:
        """Return a document's own API address, None where no viewset serves it."""
        pk = event.pk
        if pk is not self._last[0]:  # An event is asked about once for each of its documents.
            self._last = (pk, str(pk))
        text = self._last[1]
        alike = (type(event), field_name, type(pk), len(text))
        ends = self._ends.get(alike)
        if ends:
            return f"{ends[0]}{text}{ends[1]}"
        address = permalink(event, field_name, self._request)
        address = address and self._absolute(address)
        if alike not in self._ends:
            self._ends[alike] = self._ends_of(address, event, field_name)
        return address

    def _ends_of(
        self, address: str | None, event: Model, field_name: str
    ) -> tuple[str, str] | None:
        if not address or type(event.pk) not in (UUID, int):
            return None
        route = permalink_route(event, field_name, self._request)
        if route is None or not is_found_by_key(route, event):
            return None
        before, key, after = address.rpartition(f"/{event.pk}/")
        return (f"{before}/", f"/{after}") if key else None
