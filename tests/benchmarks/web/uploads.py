"""Uploads over a socket to one worker of gunicorn, as most projects run it."""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.processes import Host
from tests.benchmarks.web.processes import family, peak, precise_time
from tests.servers.ports import free_port
from tests.servers.serving import wait_for

GUNICORN = ["gunicorn", "--workers=1", "--threads=4", "django.core.wsgi:get_wsgi_application()"]

Request = tuple[str, str, dict[str, str], str]


def measure(host: Host, ways: list[str], turns: int) -> dict[str, dict[str, list[float]]]:
    """Upload in turns; return milliseconds of CPU and of time, and peaks in MiB, by way.

    Each way has a server of its own: what others uploaded would be memory that it has already.
    ``peaks`` are those of the web process, and of all that inspect for it.
    """
    found: dict[str, dict[str, list[float]]] = {way: {"cpu": [], "ms": []} for way in ways}
    with ExitStack() as stack:
        servers = {way: stack.enter_context(_serving(host)) for way in ways}
        for turn in range(turns + 2):
            for way in random.sample(ways, len(ways)):
                taken = _upload(*servers[way], host.ask("uploading.requests", way=way))
                for name, value in zip(("cpu", "ms"), taken, strict=True):
                    found[way][name] += [value] if turn >= 2 else []
                host.ask("uploading.clear")
        for way, (_port, pid) in servers.items():
            _gunicorn, web, *workers = family(pid)
            found[way]["peaks"] = [peak(web), sum(map(peak, workers))]
    return found


def _upload(port: int, pid: int, requests: list[Request]) -> tuple[float, float]:
    start, cpu = time.perf_counter(), precise_time(family(pid))
    _send(port, requests)
    return (precise_time(family(pid)) - cpu) * 1000, (time.perf_counter() - start) * 1000


def _send(port: int, requests: list[Request]) -> None:
    for method, path, headers, body in requests:
        lines = {
            "Host": "testserver",
            "Connection": "close",
            "Content-Length": str(os.stat(body).st_size),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
            connection.sendall(Path(body).read_bytes())
            status = b"".join(iter(lambda: connection.recv(65536), b"")).split(b"\r\n")[0]
        assert b" 20" in status, status


@contextmanager
def _serving(host: Host) -> Iterator[tuple[int, int]]:
    """Run gunicorn on the project of a host; yield its port and its process id."""
    port, log = free_port(), host.folder / "gunicorn.log"
    command = [sys.executable, "-m", *GUNICORN, f"--bind=127.0.0.1:{port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=host.environment, stdout=output, stderr=output)
    try:
        wait_for(process, port, log)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)
