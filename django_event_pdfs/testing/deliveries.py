"""The contract of every delivery backend: of the library's, and of a host's own. For pytest."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.storage import Storage

from django_event_pdfs.delivery import BaseDelivery, Representation
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing.answers import Answer, AnswerContract
from django_event_pdfs.testing.middleware import MiddlewareContract, read


class DeliveryContract(AnswerContract, MiddlewareContract):
    """Inherit it in a class of tests and give two fixtures.

    ``delivery`` is the backend, ``place`` an empty storage. Each test runs with a WSGI and with an
    ASGI request.
    """

    @pytest.fixture
    def ask(self, delivery: BaseDelivery, factory: Any, document: Representation) -> Any:
        def ask(method: str = "GET", document: Representation = document, **headers: str) -> Answer:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return read(delivery.respond(factory.generic(method, "/", headers=given), document))

        return ask

    @pytest.fixture
    def calls(self, place: Storage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the storage's methods that are called from now on."""
        calls: list[str] = []

        def note(name: str, method: Callable[..., Any]) -> None:
            def noting(*args: Any, **kwargs: Any) -> Any:
                calls.append(name)
                return method(*args, **kwargs)

            monkeypatch.setattr(place, name, noting)

        for name in ("open", "exists", "size", "path", "get_modified_time"):
            note(name, getattr(place, name))
        return calls

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_missing_file_is_told(self, ask: Any, document: Any, method: str) -> None:
        gone = replace(document, name=new_name("events/programmes/", "programme_file"))
        with pytest.raises(FileNotFoundError):
            ask(method, gone, Range="bytes=0-1")

    def test_304_asks_the_storage_nothing(self, ask: Any, calls: list[str]) -> None:
        etag = ask().headers["ETag"]
        calls.clear()
        assert ask(If_None_Match=etag, If_Modified_Since="x", Range="bytes=0-1").status == 304
        assert calls == []
