"""A site on a real socket, and what goes wrong between it and its clients."""

import gzip
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.files.storage import storages
from django.core.wsgi import get_wsgi_application
from django.db import connections

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Fault = Callable[[Application], Application]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def website(
    fault: Fault = lambda application: application, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve the test project behind a fault, on the test's own database; yield the address."""
    mine = connections["default"]
    server = make_server("127.0.0.1", 0, fault(get_wsgi_application()), handler_class=_Quiet)

    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)

    def serve() -> None:
        connections["default"] = mine
        server.serve_forever(poll_interval=0.01)

    mine.inc_thread_sharing()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        mine.dec_thread_sharing()


def _ask(application: Application, environ: dict[str, Any]) -> tuple[str, list[Any], bytes]:
    """Return status, headers and body of an answer."""
    started: list[Any] = []
    answer = application(environ, lambda status, headers, *error: started.append((status, headers)))
    try:
        body = b"".join(answer)
    finally:
        answer.close()  # type: ignore[attr-defined]
    [(status, headers)] = started
    return status, headers, body


def changing(change: Callable[[dict[str, Any], str, list[Any], bytes], Any]) -> Fault:
    """Change answers: ``change(environ, status, headers, body)`` returns the three last."""

    def fault(application: Application) -> Application:
        def changed(environ: dict[str, Any], start: Any) -> list[bytes]:
            status, headers, body = change(environ, *_ask(application, environ))
            start(status, headers)
            return [body]

        return changed

    return fault


def altering(**values: str | None) -> Fault:
    """Alter requests: set a variable of the environment, or take it away."""

    def fault(application: Application) -> Application:
        def altered(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            for name, value in values.items():
                if value is None:
                    environ.pop(name, None)
                else:
                    environ[name] = value
            return application(environ, start)

        return altered

    return fault


def setting(**headers: str | None) -> Fault:
    """Set headers of every answer, or take them away."""
    names = {name.replace("_", "-").lower(): value for name, value in headers.items()}

    def change(environ: Any, status: str, fields: list[Any], body: bytes) -> Any:
        fields = [(k, v) for k, v in fields if k.lower() not in names]
        return status, [*fields, *((k, v) for k, v in names.items() if v is not None)], body

    return changing(change)


def answering(when: Callable[[dict[str, Any]], bool], status: str, body: bytes = b"") -> Fault:
    """Answer some requests instead of the application."""

    def fault(application: Application) -> Application:
        def answered(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            if not when(environ):
                return application(environ, start)
            start(status, [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
            return [body]

        return answered

    return fault


def moving(status: str, location: str) -> Fault:
    """Redirect every request of a document."""

    def change(environ: Any, _status: str, _headers: Any, _body: bytes) -> Any:
        return status, [("Location", location), ("Content-Length", "0")], b""

    return changing(change)


def keeping(*statuses: str, by: str = "PATH_INFO") -> Fault:
    """Keep answers of GET by their path alone, as a careless cache does, or by their query."""
    kept: dict[str, Any] = {}

    def fault(application: Application) -> Application:
        def cached(environ: dict[str, Any], start: Any) -> list[bytes]:
            key = environ[by]
            special = {"HTTP_RANGE", "HTTP_IF_NONE_MATCH"} & environ.keys()
            plain = environ["REQUEST_METHOD"] == "GET" and not special
            if plain and key in kept:
                status, headers, body = kept[key]
            else:
                status, headers, body = _ask(application, environ)
                if plain and status[:3] in statuses:
                    kept[key] = status, headers, body
            start(status, headers)
            return [body]

        return cached

    return fault


def compressing(application: Application) -> Application:
    def change(environ: Any, status: str, headers: list[Any], body: bytes) -> Any:
        if "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", "") or not body:
            return status, headers, body
        body = gzip.compress(body)
        fields = [(k, v) for k, v in headers if k.lower() != "content-length"]
        length = ("Content-Length", str(len(body)))
        return status, [*fields, length, ("Content-Encoding", "gzip")], body

    # A copy, for the application forgets what a client accepts.
    return changing(change)(lambda environ, start: application(dict(environ), start))


def publishing(prefix: str) -> Fault:
    """Serve the files of the storage below a path, to anybody."""

    def fault(application: Application) -> Application:
        def served(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            path = unquote(environ["PATH_INFO"])
            name = path.removeprefix(prefix)
            if not path.startswith(prefix) or not name.endswith(".pdf"):
                return application(environ, start)
            with storages["default"].open(name) as file:
                content = file.read()
            start("200 OK", [("Content-Length", str(len(content)))])
            return [content]

        return served

    return fault


def listing(prefix: str) -> Fault:
    """List the folders of the storage below a path."""

    def fault(application: Application) -> Application:
        def listed(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if not path.startswith(prefix) or not path.endswith("/"):
                return application(environ, start)
            _folders, files = storages["default"].listdir(path.removeprefix(prefix))
            page = "".join(f'<a href="{name}">{name}</a>' for name in files).encode()
            start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(page)))])
            return [page]

        return listed

    return fault


def make_certificate(path: Path) -> Path:
    """Write a certificate for 127.0.0.1 that it signed itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(host, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(pem, form, serialization.NoEncryption()) + signed.public_bytes(pem)
    )
    return path
