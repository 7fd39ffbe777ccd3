"""What happens to files: each scenario leaves rows and files behind, to be compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.signals import request_finished
from django.db import IntegrityError, transaction

from tests.benchmarks.hosts.events import START, clear, left, model
from tests.benchmarks.hosts.replacement import upload


class _Undone(Exception):
    """Raised where a host's code fails."""


def names() -> list[str]:
    return list(SCENARIOS)


def run(name: str) -> dict[str, int]:
    """Do what the scenario says, as one request; return rows, files leaked and files lost."""
    SCENARIOS[name]()
    request_finished.send(sender=None)
    found = left()
    clear()
    return found


def _created_and_rolled_back() -> None:
    with _undone():
        _create()


def _replaced_and_rolled_back() -> None:
    event = _create()
    with _undone():
        _replace(event)


def _savepoint_rolled_back() -> None:
    with transaction.atomic():
        event = _create()
        with _undone():
            _replace(event)


def _insert_fails() -> None:
    event = _create()
    with suppress(IntegrityError):
        _new(pk=event.pk).save(force_insert=True)


def _bulk_create_rolled_back() -> None:
    with _undone():
        model()._base_manager.bulk_create([_new(), _new()])


def _deletion_rolled_back() -> None:
    event = _create()
    with _undone():
        event.delete()


def _replaced() -> None:
    _replace(_create())


def _cleared() -> None:
    event = _create()
    event.programme_file = None
    event.save()


def _deleted_by_query() -> None:
    for _ in range(3):
        _create()
    model()._base_manager.all().delete()


def _shared_file() -> None:
    event = _create()
    model()._base_manager.create(**START, programme_file=event.programme_file.name)
    event.delete()


def _stale_save() -> None:
    event = _create()
    stale = _again(event)
    _replace(event)
    stale.name = "Another name"
    stale.save()


def _two_writers() -> None:
    event = _create()
    stale = _again(event)
    _replace(event)
    _replace(stale)


def _saved_again_after_rollback() -> None:
    event = _new()
    with _undone():
        event.save()
    event.save(force_insert=True)


def _hook_raises_after_commit() -> None:
    event = _create()
    with suppress(_Undone), transaction.atomic():
        transaction.on_commit(_fail)
        _replace(event)


def _update() -> None:
    _create()
    model()._base_manager.update(programme_file="")


SCENARIOS: dict[str, Callable[[], None]] = {
    "created, rolled back": _created_and_rolled_back,
    "replaced, rolled back": _replaced_and_rolled_back,
    "replaced, savepoint rolled back": _savepoint_rolled_back,
    "failing INSERT": _insert_fails,
    "bulk_create() of two, rolled back": _bulk_create_rolled_back,
    "rolled back, saved again": _saved_again_after_rollback,
    "deleted, rolled back": _deletion_rolled_back,
    "replaced": _replaced,
    "cleared": _cleared,
    "queryset.delete() of three": _deleted_by_query,
    "file of two rows, one deleted": _shared_file,
    "stale instance saved after a replacement": _stale_save,
    "stale instance replaced after a replacement": _two_writers,
    "replaced, another commit hook raises": _hook_raises_after_commit,
    "queryset.update()": _update,
}


def _new(**values: Any) -> Any:
    return model()(**START, name="Summit", programme_file=upload(0), **values)


def _create() -> Any:
    event = _new()
    event.save()
    return _again(event)


def _again(event: Any) -> Any:
    return model()._base_manager.get(pk=event.pk)


def _replace(event: Any) -> None:
    event.programme_file = upload(0)
    event.save()


def _fail() -> None:
    raise _Undone


@contextmanager
def _undone() -> Iterator[None]:
    with suppress(_Undone), transaction.atomic():
        yield
        raise _Undone
