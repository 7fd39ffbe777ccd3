"""Other origins: servers of pages that frame documents, or read them by pdf.js."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

MODULES = Path(__file__).parent / "node_modules"

FRAME = '<!doctype html><iframe id="frame" src="{}" width="900" height="600"></iframe>'


class _Pages(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path not in ("/frame", "/"):
            return super().do_GET()  # A file of pdf.js.
        [source] = parse_qs(parts.query).get("src", [""])
        body = (FRAME.format(source.replace("&", "&amp;")) if source else "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def another_origin() -> Iterator[str]:
    """Serve pages on a port and under a host name that are not the site's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(MODULES)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
