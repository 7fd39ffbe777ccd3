"""Files that are gone afterwards."""

import io
import logging
import os

import pytest
from django.core.files.base import ContentFile

from django_event_pdfs.maintenance.doctor.probes import Probes, probe_pdf
from django_event_pdfs.pdf import inspect


def test_a_probe_is_a_pdf_that_the_gate_would_take():
    inspection = inspect(io.BytesIO(probe_pdf()))
    assert inspection.refusal is None
    assert inspection.facts.pages == 1


def test_no_two_probes_are_alike():
    assert probe_pdf() != probe_pdf()


def test_probes_are_gone_at_the_end(storage):
    with Probes(storage) as probes:
        for _ in range(2):
            probes.save("a.pdf", ContentFile(b"x"))
        assert len(storage.names()) == 2
    assert storage.names() == set()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_probes_are_gone_after_an_error(storage, error):
    def save_and_fail():
        with Probes(storage) as probes:
            probes.save("a.pdf", ContentFile(b"x"))
            raise error

    with pytest.raises(error):
        save_and_fail()
    assert storage.names() == set()


def test_a_part_of_a_probe_is_gone_too(keep_in):
    storage = keep_in("Full")
    with pytest.raises(OSError, match="space"), Probes(storage) as probes:
        probes.save("a.pdf", ContentFile(b"x" * 100))
    assert storage.names() == set()


def test_a_probe_under_another_name_is_gone_too(keep_in):
    storage = keep_in("Renaming")
    with Probes(storage) as probes:
        probes.save("a.pdf", ContentFile(b"x"))
        assert storage.names() == {"a.pdf.kept"}
    assert storage.names() == set()


@pytest.mark.parametrize("kind", ["Keeping", "Forbidding"])
def test_a_probe_that_stays_is_named_in_the_log(keep_in, caplog, kind):
    with caplog.at_level(logging.ERROR), Probes(keep_in(kind)) as probes:
        probes.save("events/guides/a.pdf", ContentFile(b"x"))
    assert "events/guides/a.pdf" in caplog.text


@pytest.mark.parametrize(("kind", "left"), [("Keeping", 1), ("Forbidding", 1), ("Complaining", 0)])
def test_what_stays_is_told_once(keep_in, caplog, kind, left):
    with Probes(keep_in(kind)) as probes:
        probes.save("a.pdf", ContentFile(b"x"))
        assert len(probes.remove()) == left
    assert not caplog.records


def test_a_file_that_was_never_saved_does_not_stay(keep_in):
    probes = Probes(keep_in("Refusing"))
    with pytest.raises(PermissionError):
        probes.save("a.pdf", ContentFile(b"x"))
    assert probes.remove() == {}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_root_gives_the_folders_it_makes_to_the_owner_around_them(on_disk, tmp_path):
    os.chown(tmp_path, 12345, 23456)
    with Probes(on_disk) as probes:
        path = on_disk.path(probes.save("events/guides/a.pdf", ContentFile(b"x")))
    made = [os.path.dirname(path), os.path.dirname(os.path.dirname(path)), on_disk.location]
    assert {(os.stat(folder).st_uid, os.stat(folder).st_gid) for folder in made} == {(12345, 23456)}
