"""What an instance's row held of its documents when it was read, or was saved last."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import FileField, Model

from django_event_pdfs.rollback import Commit
from django_event_pdfs.rows import is_new, name_of

_LOADED = "_loaded_documents"


class Loaded(NamedTuple):
    """The names a row held, by field, when it was read from database ``db`` under ``pk``.

    Where they were saved in a transaction that is under way, ``commit`` tells what became of it,
    and ``before`` is what holds where it was rolled back. Frozen, for copies of an instance share
    it.
    """

    pk: Any
    db: str | None
    names: Mapping[str, str | None]
    commit: Commit | None = None
    before: "Loaded | None" = None


def remember_read(instance: Model, attnames: Iterable[str]) -> None:
    """Note which names the row held that an instance was just made of.

    As :func:`remember` of an instance of which nothing was noted yet, for the many of a list.
    """
    held = instance.__dict__
    names = {name: held[name] or None for name in attnames if name in held}
    held[_LOADED] = Loaded(instance.pk, instance._state.db, names)


def remember(instance: Model, fields: Iterable[FileField], commit: Commit | None = None) -> None:
    """Note on the instance that its row now holds the names that the instance holds.

    ``commit`` is given where they were just written.
    """
    last = _last(instance)
    known = last.names if last and _is_of(last, instance, instance._state.db) else {}
    held = instance.__dict__
    names = {f.attname: name_of(held[f.attname]) for f in fields if f.attname in held}
    before = last
    if commit is None and last:
        commit, before = last.commit, last.before
    instance.__dict__[_LOADED] = Loaded(
        instance.pk, instance._state.db, {**known, **names}, commit, before if commit else None
    )


def is_untouched(instance: Model, file_field: FileField, using: str) -> bool:
    """Return whether a save to ``using`` has nothing to write for this document.

    So it is when the instance came from that row and holds the very name it was read with. The
    row may name a newer file by now; writing the old name would bring a deleted file back.
    """
    last = _last(instance)
    if last is None or not _is_of(last, instance, using):
        return False
    return _holds(instance, file_field, last)


def was_read(instance: Model, file_field: FileField) -> bool:
    """Return whether the instance holds the name that it was read with, from whatever row."""
    last: Loaded | None = instance.__dict__.get(_LOADED)
    return last is not None and _holds(instance, file_field, last)


def _holds(instance: Model, file_field: FileField, loaded: Loaded) -> bool:
    attname = file_field.attname
    if attname not in loaded.names or attname not in instance.__dict__:
        return False
    value = instance.__dict__[attname]
    return not is_new(value) and name_of(value) == loaded.names[attname]


def _last(instance: Model) -> Loaded | None:
    """Return what was noted last and not rolled back since."""
    loaded: Loaded | None = instance.__dict__.get(_LOADED)
    while loaded and loaded.commit and loaded.commit.was_undone():
        loaded = loaded.before
    return loaded


def _is_of(loaded: Loaded, instance: Model, using: str | None) -> bool:
    """Return whether it was noted of the very row that a save to ``using`` would write."""
    return (loaded.pk, loaded.db) == (instance.pk, using)
