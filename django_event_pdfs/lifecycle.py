"""The life of a file: stored with its row, replaced and removed with it.

What an instance's row held when it was read is remembered on the instance. A save leaves the
column of an untouched document alone, and reads under a lock what a touched one replaces.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.core.files.base import File
from django.db import connections, router, transaction
from django.db.models import FileField, Model

from django_event_pdfs.changes import Change, Version
from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.expected_rows import RowGone, expected_documents
from django_event_pdfs.holders import is_held
from django_event_pdfs.loaded import is_untouched, remember, was_read
from django_event_pdfs.removal import delete_quietly, release
from django_event_pdfs.rollback import Commit, StoredFile, settle
from django_event_pdfs.rows import has_no_row, held_by, is_new, lock_row, name_of, version_in

_SAVING = "_documents_saving_to"
_REPLACING = "_documents_replaced"
_STORED = "_stored_documents"


def is_kept(instance: Model, file_field: FileField) -> bool:
    """Return whether the save that is under way leaves the column of this document alone."""
    using = instance.__dict__.get(_SAVING)
    return using is not None and is_untouched(instance, file_field, using)


@contextmanager
def saving(
    instance: Model, fields: Collection[FileField], using: str, *, is_there: bool = False
) -> Iterator[None]:
    """Wrap a save that writes ``fields``: replaced files go after the commit, new ones on failure.

    ``is_there`` says that the row is, as ``force_update`` does, although the instance looks new.
    Opens a transaction only when a document changed, or the row is to be locked.
    """
    restore_undone(instance, fields)
    changed = [
        f
        for f in fields
        if not is_untouched(instance, f, using) and (is_there or not _starts_empty(instance, f))
    ]
    expected = expected_documents(instance, using)
    with _marked_as_saving(instance, using):
        if not (changed or expected):
            yield
        else:
            settle()
            # Where no file is stored, there is nothing to undo but what the caller undoes.
            with transaction.atomic(using=using, savepoint=bool(changed)):
                held = lock_row(instance, changed or expected, using, is_there=is_there)
                if expected and not held:
                    raise RowGone
                for file_field in changed:
                    _require_file(instance, file_field, held, using)
                with _replacing(instance, held), _discarding_on_failure(instance, changed):
                    yield
                    _require_sound(using)
                _release_replaced(instance, changed, held, using)
    remember(instance, fields, Commit(using) if changed else None)


def facts_to_write(instance: Model, file_field: FileField, facts: Any) -> Any:
    """Return the facts of a document for its row, with the replaced files that are kept a while.

    None where they describe another file: nothing of a document that is gone stays behind, not even
    its title.
    """
    new = Version.of(getattr(instance, file_field.attname).name, facts)
    if new is None or new.facts is None:
        return None
    old = version_in(file_field, instance.__dict__.get(_REPLACING) or {})
    if old is None:
        return replace(new.facts, replaced=()).as_json()
    if old.name == new.name:
        return facts
    return new.facts.after(old.name, old.facts, seconds(conf.keep_replaced)).as_json()


def note_stored(
    instance: Model, file_field: FileField, name: str, upload: "File[Any]", filename: str
) -> None:
    """Note on the instance that its file is in the storage, and its row not yet committed.

    Outside of any transaction nothing can be rolled back, and the row may be saved much later.
    """
    using = instance.__dict__.get(_SAVING) or router.db_for_write(type(instance))
    if connections[using].in_atomic_block:
        _watch(instance, file_field, StoredFile(file_field.storage, name, upload, filename, using))


def note_row(
    instance: Model, file_field: FileField, name: str, upload: "File[Any]", filename: str
) -> None:
    """Note that the row of a file that was just stored is written next.

    That is certain in a save. ``bulk_create`` may leave rows out, and opens no transaction for a
    few.
    """
    saving_to = instance.__dict__.get(_SAVING)
    stored = instance.__dict__.get(_STORED, {}).get(file_field.attname)
    if stored is None or stored.name != name:
        using = saving_to or router.db_for_write(type(instance))
        stored = StoredFile(file_field.storage, name, upload, filename, using)
        _watch(instance, file_field, stored)
    stored.is_certain = saving_to is not None


def _watch(instance: Model, file_field: FileField, stored: StoredFile) -> None:
    stored.watch()
    instance.__dict__[_STORED] = {**instance.__dict__.get(_STORED, {}), file_field.attname: stored}


def restore_undone(instance: Model, fields: Iterable[FileField]) -> None:
    """Make files uncommitted again that a transaction stored which was rolled back since.

    The next save then stores their bytes anew, and never writes the name of a file that is gone.

    Raises:
        ValueError: the bytes are not at hand any more.
    """
    for file_field in fields:
        stored = instance.__dict__.get(_STORED, {}).get(file_field.attname)
        if stored is None or name_of(instance.__dict__.get(file_field.attname)) != stored.name:
            continue
        if stored.was_undone():
            _make_uncommitted(instance, file_field, stored)


def _make_uncommitted(instance: Model, file_field: FileField, stored: StoredFile) -> None:
    if stored.upload is None or stored.upload.closed:
        raise ValueError(
            f"The file of {file_field.name} was rolled back with its row, and its upload is "
            "closed. Assign the file again."
        )
    file = file_field.attr_class(instance, file_field, stored.filename)
    file.file, file._committed = stored.upload, False  # type: ignore[attr-defined]
    instance.__dict__[file_field.attname] = file


def _require_file(
    instance: Model, file_field: FileField, held: Mapping[str, Any], using: str
) -> None:
    """Refuse to write a name that was read from a row, and whose file went with that row.

    So it is with a copy of a row that was replaced meanwhile. The rows that still name the file are
    locked, so that none stops naming it before this one does.
    """
    name = name_of(instance.__dict__.get(file_field.attname))
    if name is None or name == held.get(file_field.attname) or not was_read(instance, file_field):
        return
    storage = file_field.storage
    if not is_held(name, lock=using) and not storage.exists(name):
        raise ValueError(f"The file of {file_field.name} is gone. Assign it again, or None.")


def _require_sound(using: str) -> None:
    """Raise where a receiver caught a database error: Django would roll back, and say nothing."""
    if transaction.get_rollback(using):
        raise transaction.TransactionManagementError(
            "A receiver caught a database error, so this save cannot be committed. "
            "Let the receiver use atomic() around what may fail."
        )


@contextmanager
def _replacing(instance: Model, held: Mapping[str, Any]) -> Iterator[None]:
    """Note what the row holds that is about to be written."""
    instance.__dict__[_REPLACING] = held
    try:
        yield
    finally:
        instance.__dict__.pop(_REPLACING, None)


@contextmanager
def _marked_as_saving(instance: Model, using: str) -> Iterator[None]:
    # A post_save receiver may save the instance again, so the mark before this one comes back.
    before = instance.__dict__.get(_SAVING)
    instance.__dict__[_SAVING] = using
    try:
        yield
    finally:
        instance.__dict__[_SAVING] = before


def _starts_empty(instance: Model, file_field: FileField) -> bool:
    """Return whether a row is about to be made without this document."""
    value = instance.__dict__.get(file_field.attname)
    return not (is_new(value) or name_of(value)) and has_no_row(instance, file_field.model)


@contextmanager
def _discarding_on_failure(instance: Model, fields: Iterable[FileField]) -> Iterator[None]:
    """On an error, remove the files that this save stored, and make them uncommitted again."""
    values = {f: getattr(instance, f.attname) for f in fields}
    pending = {f: (file, file.name) for f, file in values.items() if is_new(file)}
    try:
        yield
    except BaseException:
        for file_field, (file, filename) in pending.items():
            if file._committed:
                stored = instance.__dict__.get(_STORED, {}).pop(file_field.attname, None)
                if stored and stored.name == file.name:
                    stored.take_back()
                else:  # Interrupted before it was noted.
                    delete_quietly(file.storage, file.name)
                file.name, file._committed = filename, False
                instance.__dict__[file_field.attname] = file
        raise


def _release_replaced(
    instance: Model, fields: Iterable[FileField], held: dict[str, Any], using: str
) -> None:
    """Remove what is kept no longer after the commit, and tell of each change."""
    for file_field in fields:
        old = version_in(file_field, held)
        new = version_in(file_field, held_by(instance, [file_field]))
        stored = instance.__dict__.get(_STORED, {}).get(file_field.attname)
        change = Change(instance, file_field, old, new, upload=stored and stored.upload)
        if change.is_one:
            gone = {*(old.names if old else ())} - {*(new.names if new else ())}
            release(file_field.storage, gone, using, [change] if change.is_awaited else [])
