"""The load: ``wrk`` for requests a second, readers that take their time, and one that waits."""

import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection

# It opens the connections, reads a little of each every now and then, and says when all have begun.
_READERS = """
import socket, sys, time
port, count, target = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
readers = []
for _ in range(count):
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    reader.connect(("127.0.0.1", port))
    reader.sendall(f"GET {target} HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n".encode())
    reader.setblocking(False)
    readers.append(reader)
print("all have asked", flush=True)
while True:
    for reader in readers:
        try:
            reader.recv(16384)
        except BlockingIOError:
            pass
    time.sleep(0.1)
"""


def requests_a_second(url: str, headers: dict[str, str], seconds: int = 1) -> float:
    """Have eight connections ask as fast as they can. Every answer has to be a success.

    Raises:
        RuntimeError: one was not.
    """
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [str(shutil.which("wrk")), "-t1", "-c8", f"-d{seconds}s", *given, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not found or not float(found[1]) or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url}: {said}")
    return float(found[1])


@contextmanager
def slow_readers(port: int, target: str, count: int = 24) -> Iterator[None]:
    """Have many clients read a large document, 160 KB a second each."""
    command = [sys.executable, "-c", _READERS, str(port), str(count), target]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5)  # Until the server has written what it can.
        yield
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def milliseconds(port: int, target: str, count: int, most: float = 5) -> float:
    """Return the median time of answers, one connection each, after at most ``most`` seconds."""
    taken = []
    end = time.perf_counter() + most
    while len(taken) < count and time.perf_counter() < end:
        start = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", port, timeout=most)
        try:
            connection.request("GET", target)
            assert connection.getresponse().status == 200
        except TimeoutError:
            pass
        finally:
            connection.close()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def read_at_once(port: int, target: str, count: int) -> None:
    """Read a document ``count`` times at once, to the end and a chunk of each in turn."""
    with ExitStack() as stack:
        readers = []
        for _ in range(count):
            reader = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            reader.sendall(request.encode())
            readers.append(reader)
        while readers:
            readers = [reader for reader in readers if reader.recv(256 * 1024)]
