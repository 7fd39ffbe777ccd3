"""What an ASGI application is wrapped in: Django reads a whole body before any view can refuse it.

Write ``application = UploadLimit(get_asgi_application())``.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import get_script_prefix

from django_event_pdfs.bodies import LINGER
from django_event_pdfs.links import match_path_info

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class UploadLimit:
    """Hands Django no more of a body than the view behind its address takes.

    What is too long by its declared length Django gets without the body, and what turns out to be
    too long it gets cut off. Either way the view answers 413, with everything that the host's
    middleware adds. Requests to other views pass as they are.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        limit = None
        if scope["type"] == "http":
            limit = await sync_to_async(_limit, thread_sensitive=False)(scope)
        if limit is None:
            await self.application(scope, receive, send)
            return
        body = _LimitedBody(receive, send, limit)
        if _declared(scope) > limit:
            body.cut()
        await self.application(scope, body.receive, body.send)


class _LimitedBody:
    """The body of one request, and what is sent in answer to it."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send = receive, send
        self._left = limit
        self._last: bytes | None = None  # what is given of a body that is cut off
        self._more = self._is_told = False
        self._is_answered = asyncio.Event()

    def cut(self, last: bytes = b"", *, more: bool = True) -> None:
        """Give the application no more than ``last``; ``more`` says whether anything follows."""
        self._last, self._more = last, more

    async def receive(self) -> Message:
        if self._last is None:
            message = await self._receive()
            body = message.get("body", b"")
            if len(body) <= self._left:
                self._left -= len(body)
                return message
            self.cut(body[: self._left + 1], more=message.get("more_body", False))
        if not self._is_told:
            self._is_told = True
            return {"type": "http.request", "body": self._last, "more_body": False}
        await self._is_answered.wait()  # As any application may, to hear of a disconnect.
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        is_end = message["type"] == "http.response.body" and not message.get("more_body")
        if self._last is None or not is_end:
            await self._send(message)
            return
        # The client has the answer, and may still be sending. A server that closes a connection
        # with unread bytes resets it, and the client may never see the answer (RFC 9112, 9.6).
        await self._send({**message, "more_body": True})
        with suppress(TimeoutError):
            await asyncio.wait_for(self._throw_away(), LINGER)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        self._is_answered.set()

    async def _throw_away(self) -> None:
        """Read what else comes."""
        while self._more:
            message = await self._receive()
            self._more = message["type"] == "http.request" and message.get("more_body", False)


def _limit(scope: Any) -> int | None:
    """Return how long the body of a request may be, None where that is not for us to say."""
    if scope["method"] not in ("POST", "PUT", "PATCH", "DELETE"):
        return None
    root, path = get_script_prefix(scope).rstrip("/"), scope["path"]
    match = match_path_info(path.removeprefix(root) if path.startswith(f"{root}/") else path)
    view: Any = getattr(match and match.func, "cls", None)
    # Not by its class: importing that takes settings, which an asgi.py may name after its imports.
    if match is None or not hasattr(view, "get_max_body_size"):
        return None
    size: int | None = view(**getattr(match.func, "initkwargs", {})).get_max_body_size()
    return size


def _declared(scope: Any) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            with suppress(ValueError):
                return int(value)
    return 0
