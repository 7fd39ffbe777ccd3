"""Uploads through the API with a real clamd behind them: clean, infected, dead, dying."""

import signal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from django_event_pdfs.scanning.clamav import ClamAVScanner
from django_event_pdfs.testing import EICAR, make_pdf
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW
from tests.servers.clamd import SIGNATURE, Clamd
from tests.testapp.models import Event

MEBIBYTE = 1024 * 1024
INFECTED = make_pdf(title="Programme") + EICAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def scan_with(settings):
    """Return a function that configures the scanner, as the guide says it."""

    def configure(options, backend="django_event_pdfs.scanning.clamav.ClamAVScanner"):
        scanner = {"BACKEND": backend, "OPTIONS": options}
        settings.EVENT_PDFS = {**settings.EVENT_PDFS, "SCANNER": scanner}

    return configure


@pytest.fixture(params=["post", "patch", "raw"])
def send(request, api, event):
    """Return a function that sends the bytes of a guide to the API in one of its ways."""
    address = f"{EVENTS}{event.pk}/"

    def by_form(data):
        file = SimpleUploadedFile("guide.pdf", data, "application/pdf")
        if request.param == "post":
            return api.post(EVENTS, {**NEW, "guide_file": file}, format="multipart")
        return api.patch(address, {"guide_file": file}, format="multipart")

    def raw(data):
        return api.put(f"{address}guide_file/guide.pdf", data, content_type="application/pdf")

    return raw if request.param == "raw" else by_form


def is_unavailable(response, storage):
    """Return whether the answer is that of a scanner without a verdict, and nothing is stored."""
    codes = {"guide_file": ["scanner_unavailable"]}
    assert (response.status_code, response.json()["codes"]) == (503, codes)
    assert int(response["Retry-After"]) > 0
    return storage.names() == set() and not Event.objects.exclude(guide_file=None).exists()


@pytest.mark.parametrize("size", [0, 5 * MEBIBYTE], ids=["in memory", "on disk"])
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_a_clean_upload_is_stored(clamd, scan_with, send, storage, tcp, size):
    scan_with(clamd.tcp if tcp else clamd.options)
    data = make_pdf(padding=size)

    assert send(data).status_code in (200, 201)
    assert [storage.open(name).read() for name in storage.names()] == [data]


@pytest.mark.parametrize("size", [0, 5 * MEBIBYTE], ids=["in memory", "on disk"])
def test_an_infected_upload_is_refused_with_its_signature(clamd, scan_with, send, storage, size):
    scan_with(clamd.options)
    response = send(make_pdf(padding=size) + EICAR)

    assert response.status_code == 400
    assert response.json()["codes"] == {"guide_file": ["infected"]}
    assert SIGNATURE in response.json()["guide_file"][0]
    assert storage.names() == set()


def test_one_infected_upload_of_two_stores_neither(clamd, scan_with, api, event, storage):
    scan_with(clamd.options)
    infected = SimpleUploadedFile("b.pdf", INFECTED, "application/pdf")
    files = {"programme_file": upload(), "guide_file": infected}
    response = api.patch(f"{EVENTS}{event.pk}/", files, format="multipart")

    assert response.json()["codes"] == {"guide_file": ["infected"]}
    assert storage.names() == set()


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_nothing_is_stored_while_clamd_is_dead(own_clamd, scan_with, send, storage, caplog, tcp):
    clamd = own_clamd()
    scan_with(clamd.tcp if tcp else clamd.options)
    clamd.kill()

    assert is_unavailable(send(make_pdf()), storage)
    assert [r.levelname for r in caplog.records if r.name == "django_event_pdfs"] == ["ERROR"]

    clamd.start()
    assert send(make_pdf()).status_code in (200, 201)
    assert send(INFECTED).status_code == 400


class KillingScanner(ClamAVScanner):
    """Kills clamd when it has got a part of the file."""

    clamd: Clamd

    def scan(self, file):
        return super().scan(_Deadly(file, self.clamd))


class _Deadly:
    def __init__(self, file, clamd):
        self.file, self.clamd = file, clamd

    def read(self, size):
        if self.file.tell() > MEBIBYTE:
            self.clamd.kill()
        return self.file.read(size)


def test_nothing_is_stored_when_clamd_dies_in_the_middle(
    own_clamd, scan_with, send, storage, monkeypatch
):
    clamd = own_clamd()
    monkeypatch.setattr(KillingScanner, "clamd", clamd, raising=False)
    scan_with(clamd.options, backend=f"{__name__}.KillingScanner")

    assert is_unavailable(send(make_pdf(padding=3 * MEBIBYTE)), storage)


def test_nothing_is_stored_when_clamd_is_late(own_clamd, scan_with, send, storage):
    clamd = own_clamd()
    scan_with({**clamd.options, "timeout": 1})
    clamd.send_signal(signal.SIGSTOP)

    assert is_unavailable(send(make_pdf()), storage)


def test_a_file_over_the_limit_of_clamd_is_explained_in_the_log(
    own_clamd, scan_with, send, storage, caplog
):
    scan_with(own_clamd(StreamMaxLength="1M").options)

    assert is_unavailable(send(make_pdf(padding=2 * MEBIBYTE)), storage)
    assert "StreamMaxLength" in caplog.text
