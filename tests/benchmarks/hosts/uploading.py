"""Requests that upload two documents, and Django that answers them in this process."""

import io
import random
import shutil
import time
from functools import cache

from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, RequestFactory, encode_multipart

from tests.benchmarks.documents import brochure
from tests.benchmarks.hosts.asking import answer, bearer
from tests.benchmarks.hosts.events import FIELDS, START
from tests.benchmarks.hosts.ours.models import Event as Ours
from tests.benchmarks.hosts.plain.models import Event as Plain
from tests.benchmarks.web.processes import family, precise_time

SIZE = 10_000_000  # bytes of each of both documents
WAYS = ("DRF, one POST", "ours, one POST", "ours, two raw PUTs")


def measure(turns):
    """Upload in turns; return milliseconds of CPU (of workers, too) and of time, by way."""
    found = {way: {"cpu": [], "ms": []} for way in WAYS}
    for turn in range(turns + 2):
        for way in random.sample(WAYS, len(WAYS)):
            environs = [_environ(*request) for request in _requests(way)]
            start, cpu = time.perf_counter(), _cpu()
            for environ in environs:
                answer(environ, expected="20")
            taken = (_cpu() - cpu) * 1000, (time.perf_counter() - start) * 1000
            for name, value in zip(found[way], taken, strict=True):
                found[way][name] += [value] if turn >= 2 else []
            del environs
            clear()
    return found


def requests(way):
    """Return method, path, headers and the file of the body of each request of a way."""
    found = []
    for method, path, content_type, body in _requests(way):
        file = settings.MEDIA_ROOT.parent / content_type.partition(";")[0].replace("/", "-")
        if not file.exists():
            file.write_bytes(body)
        headers = {"Authorization": _header(), "Content-Type": content_type}
        found.append((method, path, headers, str(file)))
    return found


def clear():
    """Delete every event and file."""
    for model in (Ours, Plain):
        model._base_manager.all()._raw_delete("default")
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def _cpu():
    """Return the seconds of this process and of the workers that it started."""
    return time.process_time() + precise_time(family()[1:])


def _requests(way):
    if way != "ours, two raw PUTs":
        side = "plain" if way.startswith("DRF") else "documents"
        return [("POST", f"/{side}/events/", MULTIPART_CONTENT, _form())]
    event = Ours.objects.create(**START, name="Summit")
    path = f"/documents/events/{event.pk}"
    return [
        ("PUT", f"{path}/{field}/Programme.pdf", "application/pdf", _document()) for field in FIELDS
    ]


def _environ(method, path, content_type, body):
    environ = RequestFactory().generic(method, path, HTTP_AUTHORIZATION=_header()).environ
    own = {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": content_type}
    return {**environ, **own, "wsgi.input": io.BytesIO(body)}


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
