"""The guide's scanner of one's own and its tests, run against a service as described there."""

import json
import re
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from django_event_pdfs.testing import EICAR

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "scan-uploads.md"


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        answer = json.dumps({"found": "Eicar" if EICAR in body else None}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # A file that breaks off.


@pytest.fixture
def origin():
    with Server(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def written(monkeypatch, origin):
    """Return ``written(path)``: the module that the guide has under that path."""
    monkeypatch.setitem(sys.modules, "events", ModuleType("events"))

    def module(path):
        text = GUIDE.read_text(encoding="utf-8")
        [code] = re.findall(rf"^```python\n(# {path}\n.*?)^```$", text, flags=re.M | re.S)
        made = ModuleType(path.removesuffix(".py").replace("/", "."))
        exec(code.replace("http://localhost:8080", origin), vars(made))
        monkeypatch.setitem(sys.modules, made.__name__, made)
        return made

    return module


def test_the_scanner_of_the_guide_passes_the_tests_of_the_guide(written):
    written("events/scanning.py")
    tests = unittest.defaultTestLoader.loadTestsFromModule(written("events/tests.py"))
    result = unittest.TestResult()
    tests.run(result)
    assert (result.errors, result.failures) == ([], [])
    assert result.testsRun == 7
