"""Requests that upload two documents, through Django's WSGI handler in this process."""

import io
import random
import shutil
import time
from functools import cache
from pathlib import Path

from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, RequestFactory, encode_multipart

from tests.benchmarks.documents import brochure
from tests.benchmarks.hosts.asking import answer, bearer
from tests.benchmarks.hosts.events import FIELDS, START
from tests.benchmarks.hosts.ours.models import Event as Ours
from tests.benchmarks.hosts.plain.models import Event as Plain

SIZE = 10_000_000  # bytes of each of both documents


def measure(turns):
    """Upload in turns; return CPU milliseconds, wall milliseconds and peak KiB by way."""
    found = {way: {"cpu": [], "ms": [], "kib": []} for way in WAYS}
    for turn in range(turns + 2):
        for way in random.sample(list(WAYS), len(WAYS)):
            environs = WAYS[way]()
            _forget_peak()
            before, start, cpu = _peak(), time.perf_counter(), _cpu()
            for environ in environs:
                answer(environ, expected="20")
            taken = (_cpu() - cpu) * 1000, (time.perf_counter() - start) * 1000, _peak() - before
            for name, value in zip(found[way], taken, strict=True):
                found[way][name] += [value] if turn >= 2 else []
            del environs
            _clear()
    return found


def _by_form(path):
    def environs():
        body, factory = io.BytesIO(_form()), RequestFactory()
        environ = factory.post(path, HTTP_AUTHORIZATION=_header()).environ
        return [{**environ, **_body(body, len(_form()), MULTIPART_CONTENT)}]

    return environs


def _by_raw_put():
    event = Ours.objects.create(**START, name="Summit")
    found = []
    for field in FIELDS:
        path = f"/documents/events/{event.pk}/{field}/Programme.pdf"
        environ = RequestFactory().put(path, HTTP_AUTHORIZATION=_header()).environ
        body = io.BytesIO(_document())
        found.append({**environ, **_body(body, len(_document()), "application/pdf")})
    return found


def _body(body, length, content_type):
    return {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": content_type}


WAYS = {
    "DRF, one POST": _by_form("/plain/events/"),
    "ours, one POST": _by_form("/documents/events/"),
    "ours, two raw PUTs": _by_raw_put,
}


def _clear():
    for model in (Ours, Plain):
        model._base_manager.all()._raw_delete("default")
    shutil.rmtree(settings.MEDIA_ROOT)


@cache
def _document():
    return brochure(SIZE - 10_000)


@cache
def _form():
    files = {}
    for field in FIELDS:
        files[field] = io.BytesIO(_document())
        files[field].name = "Programme.pdf"
    return encode_multipart(BOUNDARY, {**START, "name": "Summit", **files})


@cache
def _header():
    return bearer("manager", is_superuser=True)


def _cpu():
    """Return seconds of CPU of this process and of the workers that it started."""
    workers = Path("/proc/self/task").glob("*/children")
    pids = [pid for path in workers for pid in path.read_text().split()]
    spent = [int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids]
    return time.process_time() + sum(spent) / 1e9


def _peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _forget_peak():
    """Have the kernel take what is used now for the peak."""
    Path("/proc/self/clear_refs").write_text("5")
