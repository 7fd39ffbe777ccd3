"""The permalinks of one response: what they have in common is worked out once."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest

from django_event_pdfs.links.mounts import lookup_of, permalink


class Permalinks:
    """Answers what :func:`permalink` does, for the many events of a response.

    Where an event is looked up by its key, a UUID or an integer, the address of one tells those of
    all whose key has as many characters: ``before`` the key and ``after`` it.
    """

    def __init__(self, request: HttpRequest | None) -> None:
        self._request = request
        self._ends: dict[Any, tuple[str, str] | None] = {}

    def of(self, event: Model, field_name: str) -> str | None:
        """Return the path of a document's own API address, None where no viewset serves it."""
        pk = event.pk
        text = str(pk)
        known = (type(event), field_name, type(pk), len(text))
        ends = self._ends.get(known)
        if ends:
            return f"{ends[0]}{text}{ends[1]}"
        address = permalink(event, field_name, self._request)
        if known not in self._ends:
            self._ends[known] = self._ends_of(address, event, field_name, text)
        return address

    def _ends_of(
        self, address: str | None, event: Model, field_name: str, text: str
    ) -> tuple[str, str] | None:
        if address is None or type(event.pk) not in (UUID, int) or address.count(text) != 1:
            return None
        if lookup_of(event, field_name, self._request) not in ("pk", event._meta.pk.attname):
            return None
        before, after = address.split(text)
        return before, after
