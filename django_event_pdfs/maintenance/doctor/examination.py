"""All examinations, one after the other."""

from collections.abc import Callable

from django_event_pdfs.conf import conf
from django_event_pdfs.maintenance.doctor import (
    body_limit,
    disk,
    memory,
    scanner,
    storage,
    stored_files,
    upload_folder,
    web,
)
from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Examination,
    Outcome,
    diagnose,
    fine,
)
from django_event_pdfs.maintenance.findings import SILENT, Watcher

Subject = Callable[[Case], list[Diagnosis]]

# Each looks at one subject. A new one gets a module with such a function, and a place here.
QUICK: tuple[Subject, ...] = (storage.examine, scanner.examine, web.examine_quickly)
ALL: tuple[Subject, ...] = (
    storage.examine,
    stored_files.examine,
    disk.examine,
    upload_folder.examine,
    memory.examine,
    scanner.examine,
    body_limit.examine,
    web.examine,
)
# What cannot be asked of a storage that cannot be made.
OF_THE_STORAGE = (
    storage.examine,
    stored_files.examine,
    disk.examine,
    upload_folder.examine,
    memory.examine,
    web.examine,
    web.examine_quickly,
)


def examine(*, quick: bool = False, url: str = "", watcher: Watcher = SILENT) -> Examination:
    """Try what documents need, with probes that are removed again, and say what is wrong.

    ``url`` is the address of the site, or of its event API, as its clients see it; without one the
    web server is not asked, but for links that are absolute. ``quick`` only saves, reads and
    deletes, asks the scanner once and opens a link at ``url``: a health check.
    The watcher hears of the progress; what was found is in the result. Nothing is raised.
    """
    made = diagnose("storage", str(conf.storage), _made, _MAKE)
    subjects = QUICK if quick else ALL
    if made.status != "ok":
        subjects = tuple(s for s in subjects if s not in OF_THE_STORAGE)
    watcher.expect(len(subjects))
    diagnoses = [made]
    for subject in subjects:
        diagnoses += _isolated(subject, Case(url, quick))
        watcher.advance()
    return Examination(tuple(diagnoses))


_MAKE = 'Mend STORAGES, or EVENT_PDFS["STORAGE"], which names one of them.'


def _made() -> Outcome:
    kind = type(Case().storage)
    return fine(f"{kind.__module__}.{kind.__qualname__}.")


def _isolated(subject: Subject, case: Case) -> list[Diagnosis]:
    """Return what a subject's examinations say, or that they could not begin."""
    found: list[Diagnosis] = []
    failed = diagnose(
        subject.__module__.rpartition(".")[2], "", lambda: found.extend(subject(case))
    )
    return found if failed.status == "ok" else [failed]
