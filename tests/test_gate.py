"""One upload through each door: the same answer, one inspection, one scan, nothing left behind."""

import io
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile

from django_event_pdfs import inspection
from django_event_pdfs.inspection import inspect_upload, scan_upload
from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict, get_scanner
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.doors import DOORS, REFUSED, REFUSED_IDS, limits, make_upload
from tests.endpoints import EVENTS
from tests.testapp.models import Event

VIRUS = make_pdf(title="WORM")

at_each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


class WordScanner(Scanner):
    """Finds words, and notes what it was given."""

    def __init__(self, words: tuple[str, ...] = ("WORM",), down: bool = False) -> None:
        self.words = words
        self.down = down
        self.seen: list[bytes] = []

    def scan(self, file: Any) -> Verdict:
        content = file.read()
        self.seen.append(content)
        if self.down:
            raise ScannerUnavailable("The words are gone. Write them down again.")
        return Verdict(
            next((f"Word.{word}" for word in self.words if word.encode() in content), "")
        )


@pytest.fixture
def configure(settings):
    def change(**keys: Any) -> None:
        settings.EVENT_PDFS = {**settings.EVENT_PDFS, **keys}

    return change


@pytest.fixture
def use_scanner(configure):
    """Return a function that configures a WordScanner and returns it."""

    def use(**options: Any) -> WordScanner:
        configure(SCANNER={"BACKEND": "tests.test_gate.WordScanner", "OPTIONS": options})
        scanner = get_scanner()
        assert isinstance(scanner, WordScanner)
        return scanner

    return use


@pytest.fixture
def inspections(monkeypatch) -> list[object]:
    """Return a list that grows by each real inspection."""
    seen: list[object] = []
    real = inspection.inspect

    def counted(source, **options):
        seen.append(source)
        return real(source, **options)

    monkeypatch.setattr(inspection, "inspect", counted)
    return seen


class Held(io.BytesIO):
    """A file that is read when it is let go."""

    def __init__(self) -> None:
        super().__init__(make_pdf())
        self.reached, self.released = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.reached.set()
        assert self.released.wait(60)
        return super().read(size)


@pytest.fixture
def busy(configure) -> Iterator[None]:
    """Have another thread take the only turn."""
    configure(INSPECTION={"concurrency": 1, "wait": 0})
    held = Held()
    other = threading.Thread(target=inspect_upload, args=[File(held, "a.pdf")])
    other.start()
    assert held.reached.wait(60)
    yield
    held.released.set()
    other.join()


def nothing_is_stored(storage) -> bool:
    documents = set(Event.objects.values_list("programme_file", "programme_file_facts"))
    return storage.names() == set() and documents == {(None, None)}


@pytest.mark.parametrize(("code", "data", "change"), REFUSED, ids=REFUSED_IDS)
@at_each_door
def test_every_door_refuses_alike_and_stores_nothing(
    door, code, data, change, event, manager, storage, configure
):
    configure(**limits(change))

    assert door(event, manager, make_upload(data, change)) == [code]
    assert nothing_is_stored(storage)


@at_each_door
def test_every_door_stores_a_good_file_with_its_facts(door, event, manager, storage):
    data = make_pdf(pages=2)

    assert door(event, manager, make_upload(data, {})) == []

    stored = Event.objects.exclude(programme_file=None).get().programme_file
    assert storage.open(stored.name).read() == data
    assert (stored.facts.pages, stored.facts.size) == (2, len(data))


@at_each_door
def test_every_door_stores_what_only_lost_its_table_and_says_so(door, event, manager):
    assert door(event, manager, make_upload(pdfs.without_startxref(), {})) == []

    assert Event.objects.exclude(programme_file=None).get().programme_file.facts.repaired


@at_each_door
def test_a_refused_replacement_keeps_the_old_document(door, event, manager, storage):
    event.programme_file.save("a.pdf", ContentFile(make_pdf()))
    old = Event.objects.get(pk=event.pk).programme_file
    before = storage.open(old.name).read()

    assert door(event, manager, make_upload(pdfs.truncated(), {})) == ["damaged"]

    now = Event.objects.get(pk=event.pk).programme_file
    assert (now.name, now.facts) == (old.name, old.facts)
    assert {name: storage.open(name).read() for name in storage.names()} == {old.name: before}


@pytest.mark.parametrize("data", [make_pdf(), pdfs.truncated(), pdfs.with_javascript()])
@at_each_door
def test_an_upload_is_inspected_once(door, data, event, manager, inspections):
    door(event, manager, make_upload(data, {}))

    assert len(inspections) == 1


@pytest.mark.parametrize("size", [0, 3 * pdfs.MEBIBYTE], ids=["in memory", "on disk"])
@at_each_door
def test_an_upload_is_scanned_once_and_from_its_start(door, size, event, manager, use_scanner):
    scanner, data = use_scanner(), make_pdf(padding=size)

    assert door(event, manager, make_upload(data, {})) == []
    assert scanner.seen == [data]


@pytest.mark.parametrize("down", [False, True])
def test_a_scan_starts_at_the_start_and_leaves_the_file_there(use_scanner, down):
    scanner, data = use_scanner(down=down), make_pdf()
    file = make_upload(data, {})
    file.seek(7)
    with suppress(ScannerUnavailable):
        scan_upload(file)

    assert scanner.seen == [data]
    assert (file.closed, file.tell()) == (False, 0)


@at_each_door
def test_what_the_scanner_finds_is_infected(door, event, manager, storage, use_scanner):
    scanner = use_scanner()

    assert door(event, manager, make_upload(VIRUS, {})) == ["infected"]
    assert nothing_is_stored(storage)
    assert len(scanner.seen) == 1


def test_the_message_names_what_was_found(api, event, use_scanner):
    use_scanner()
    file = make_upload(VIRUS, {})
    response = api.patch(f"{EVENTS}{event.pk}/", {"guide_file": file}, format="multipart")

    assert response.status_code == 400
    assert "Word.WORM" in response.json()["guide_file"][0]


@at_each_door
def test_without_a_verdict_nothing_is_stored(door, event, manager, storage, use_scanner, caplog):
    use_scanner(down=True)

    assert door(event, manager, make_upload(make_pdf(), {})) == ["scanner_unavailable"]
    assert nothing_is_stored(storage)
    (error,) = [
        r for r in caplog.records if (r.name, r.levelname) == ("django_event_pdfs", "ERROR")
    ]
    assert "Write them down again." in error.getMessage()


def test_an_upload_without_a_verdict_may_come_again(event, use_scanner):
    file = make_upload(make_pdf(), {})
    use_scanner(down=True)
    assert DOORS[-1](event, None, file) == ["scanner_unavailable"]

    scanner = use_scanner()
    assert DOORS[-1](event, None, file) == []
    assert len(scanner.seen) == 1


@pytest.mark.parametrize(("code", "data", "change"), REFUSED, ids=REFUSED_IDS)
def test_what_is_refused_before_is_not_scanned(
    code, data, change, event, manager, configure, use_scanner
):
    configure(**limits(change))
    scanner = use_scanner(down=True)

    assert DOORS[0](event, manager, make_upload(data, change)) == [code]
    assert scanner.seen == []


def test_one_infected_document_of_two_refuses_the_request(api, event, storage, use_scanner):
    scanner = use_scanner()
    data = {"programme_file": upload(), "guide_file": make_upload(VIRUS, {})}
    response = api.patch(f"{EVENTS}{event.pk}/", data, format="multipart")

    assert (response.status_code, response.json()["codes"]) == (400, {"guide_file": ["infected"]})
    assert nothing_is_stored(storage)
    assert len(scanner.seen) == 2


def test_two_clean_documents_are_scanned_once_each(api, event, storage, use_scanner):
    scanner = use_scanner()
    data = {"programme_file": upload(), "guide_file": upload(pages=2)}
    response = api.patch(f"{EVENTS}{event.pk}/", data, format="multipart")

    assert response.status_code == 200
    assert sorted(scanner.seen) == sorted(storage.open(name).read() for name in storage.names())


def test_the_options_reach_the_scanner(event, use_scanner):
    scanner = use_scanner(words=("Page 1",))

    assert DOORS[-1](event, None, upload()) == ["infected"]
    assert scanner.words == ("Page 1",)


def test_without_a_scanner_nothing_is_scanned(event):
    assert get_scanner() is None
    assert DOORS[-1](event, None, make_upload(VIRUS, {})) == []


@at_each_door
def test_who_gets_no_turn_is_told_to_come_back(door, event, manager, storage, busy):
    assert door(event, manager, upload()) == ["busy"]
    assert nothing_is_stored(storage)


def test_what_got_no_turn_passes_later(event, configure, busy):
    file = upload()
    assert DOORS[-1](event, None, file) == ["busy"]

    configure(INSPECTION={"concurrency": 2, "wait": 0})
    assert DOORS[-1](event, None, file) == []


@pytest.mark.parametrize("file", [upload("a.exe"), SimpleUploadedFile("a.pdf", b"")])
def test_what_is_refused_by_its_name_or_size_needs_no_turn(event, busy, file):
    assert DOORS[-1](event, None, file) in (["wrong_extension"], ["empty"])
