import io

import pikepdf
import pytest
from django.core.files.base import ContentFile

from django_event_pdfs.pdf import inspect
from django_event_pdfs.testing import MemoryStorage, make_pdf


@pytest.mark.parametrize("pages", [1, 3, 50])
def test_a_made_pdf_has_the_pages_asked_for(pages):
    inspection = inspect(io.BytesIO(make_pdf(pages)))

    assert inspection.facts is not None
    assert inspection.facts.pages == pages


def test_each_page_has_its_own_text():
    with pikepdf.open(io.BytesIO(make_pdf(2))) as pdf:
        texts = [page.Contents.read_bytes() for page in pdf.pages]

    assert [b"(Page 1 of 2)" in texts[0], b"(Page 2 of 2)" in texts[1]] == [True, True]


def test_a_made_pdf_has_the_title_asked_for():
    inspection = inspect(io.BytesIO(make_pdf(title="Tech Summit")))

    assert inspection.facts is not None
    assert inspection.facts.title == "Tech Summit"


def test_the_same_arguments_make_the_same_bytes():
    assert make_pdf(2, title="a") == make_pdf(2, title="a")


def test_padding_makes_it_larger():
    grown = len(make_pdf(padding=1_000_000)) - len(make_pdf())

    assert 1_000_000 <= grown < 1_001_000


def test_a_password_is_needed_to_open_it():
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(make_pdf(password="secret")))


def test_an_owner_password_alone_lets_everyone_open_it():
    with pikepdf.open(io.BytesIO(make_pdf(owner_password="secret"))) as pdf:
        assert (pdf.is_encrypted, pdf.user_password_matched) == (True, True)


def test_the_storage_tells_what_is_in_it():
    storage = MemoryStorage()
    storage.save("a.pdf", ContentFile(b"x"))
    storage.save("events/programmes/b.pdf", ContentFile(b"x"))

    assert storage.names() == {"a.pdf", "events/programmes/b.pdf"}


def test_an_empty_storage_has_no_names():
    assert MemoryStorage().names() == set()


def test_readers_of_one_file_do_not_disturb_each_other():
    storage = MemoryStorage()
    storage.save("a.pdf", ContentFile(b"0123456789"))
    first, second = storage.open("a.pdf"), storage.open("a.pdf")

    assert first.read(4) == b"0123"
    assert second.read() == b"0123456789"
    second.close()
    assert first.read() == b"456789"


def test_a_reader_keeps_what_it_opened():
    storage = MemoryStorage()
    storage.save("a.pdf", ContentFile(b"0123456789"))
    opened = storage.open("a.pdf")
    storage.delete("a.pdf")

    assert opened.read() == b"0123456789"


def test_a_file_that_is_written_is_read_as_written():
    storage = MemoryStorage()
    with storage.open("a.pdf", "wb") as file:
        file.write(b"new")

    assert storage.open("a.pdf").read() == b"new"
    with pytest.raises(FileNotFoundError):
        storage.open("b.pdf")


def test_the_contract_of_deliveries_is_at_hand():
    from django_event_pdfs import testing
    from django_event_pdfs.testing import DeliveryContract, deliveries

    assert DeliveryContract is deliveries.DeliveryContract
    assert not hasattr(testing, "other")
