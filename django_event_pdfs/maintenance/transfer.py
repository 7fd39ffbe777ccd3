"""One file from a storage to another, under the same name, with its sha256 compared."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from posixpath import normpath
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage

from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.maintenance.paging import StoredDocument
from django_event_pdfs.maintenance.reading import Digest, digest, local_copy, problem, size_of
from django_event_pdfs.maintenance.stored import Flaw


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to copy: its name, the row that names it, and its facts where they are known."""

    name: str
    document: StoredDocument
    facts: DocumentFacts | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: whether it was copied (``size`` bytes) or there already, its flaws."""

    copied: bool = False
    present: bool = False
    size: int = 0
    flaws: tuple[Flaw, ...] = ()


class _TargetFailed(Exception):
    """The target could not be asked, or did not take a file."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Copies files from ``source`` to ``target``; called in threads, it asks no database.

    ``is_live``: the target is in use, so that what is there may be newer than the source. ``deep``
    compares the sha256 of what is there already. A ``dry_run`` writes nothing.
    """

    source: Storage
    target: Storage
    is_live: bool = False
    deep: bool = False
    dry_run: bool = False

    def __call__(self, wanted: Wanted) -> Outcome:
        if not _is_safe(wanted.name):
            return Outcome(flaws=(Flaw("unsafe_name"),))
        try:
            return self._compared(wanted)
        except _TargetFailed as error:
            return Outcome(flaws=(Flaw("failed", problem(error.__cause__ or error)),))
        except FileNotFoundError:
            return Outcome(flaws=(Flaw("missing"),))
        except Exception as error:  # Storages fail with errors of many types.
            return Outcome(flaws=(Flaw("unreadable", problem(error)),))

    def _compared(self, wanted: Wanted) -> Outcome:
        facts, size = wanted.facts, size_of(self.source, wanted.name)
        with _asking_target():
            there = size_of(self.target, wanted.name)
        if size is None:
            # After the switch, what was uploaded since is in the target alone.
            is_right = there is not None and (facts is None or there == facts.size)
            return Outcome(present=True) if is_right else Outcome(flaws=(Flaw("missing"),))
        if there is not None and self._is_present(wanted, size, there):
            is_altered = facts is not None and facts.size != size
            return Outcome(present=True, flaws=(_altered(size),) if is_altered else ())
        if self.dry_run:
            return Outcome(copied=True, size=size)
        return self._copied(wanted, size, there)

    def _is_present(self, wanted: Wanted, size: int, there: int) -> bool:
        facts = wanted.facts
        if there != size and not (facts and there == facts.size):
            return False
        if not self.deep:
            return True
        with _asking_target():
            copy = digest(self.target, wanted.name)
        if facts and copy.sha256 == facts.sha256:
            return True
        return copy == digest(self.source, wanted.name)

    def _copied(self, wanted: Wanted, size: int, there: int | None) -> Outcome:
        facts = wanted.facts
        with local_copy(self.source, wanted.name) as (file, read):
            is_known = facts is not None and read.sha256 == facts.sha256
            if read.size != size and not is_known:
                raise EOFError(f"It has {size} bytes, and ended after {read.size}.")
            flaws = (_altered(read.size),) if facts and not is_known else ()
            if there is not None and self.is_live and not is_known:
                return Outcome(flaws=(*flaws, Flaw("differs", f"{there} bytes, not {size}")))
            flaw = self._stored(wanted.name, file, read, is_new=there is None)
        if flaw:
            return Outcome(flaws=(*flaws, flaw))
        return Outcome(copied=True, size=read.size, flaws=flaws)

    def _stored(self, name: str, file: "File[Any]", read: Digest, *, is_new: bool) -> Flaw | None:
        with _asking_target():
            if not is_new:
                self.target.delete(name)
            try:
                saved = self.target.save(name, file)
            except BaseException:
                self._discard(name)  # A full disk leaves what it could take.
                raise
        if saved != name:
            self._discard(saved)
            return Flaw("renamed", saved)
        if damage := self._damage(name, read):
            self._discard(name)
            return Flaw("damaged_copy", damage)
        return None

    def _damage(self, name: str, read: Digest) -> str:
        """Return what is wrong with a copy; empty if nothing is."""
        try:
            copy = digest(self.target, name)
        except Exception as error:  # Storages fail with errors of many types.
            return problem(error)
        return "" if copy == read else f"{copy.size} bytes, sha256 {copy.sha256}"

    def _discard(self, name: str) -> None:
        with suppress(Exception):
            self.target.delete(name)


@contextmanager
def _asking_target() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # Storages fail with errors of many types.
        raise _TargetFailed from error


def _altered(size: int) -> Flaw:
    return Flaw("altered", f"{size} bytes that its facts do not describe")


def _is_safe(name: str) -> bool:
    """Return whether a storage can keep a file under this very name."""
    is_inside = not name.startswith(("/", "../")) and name not in (".", "..")
    return is_inside and normpath(name) == name and "\\" not in name
