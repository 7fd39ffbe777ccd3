"""Rows that must still be there when their instance is saved, as those that a request changes.

Django makes a row again that was deleted since it was read, and documents would name files that
went with it. So the save itself locks the row, in its own transaction, and raises where it is gone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import router
from django.db.models import FileField, Model

_EXPECTED = "_documents_expect_row"


class RowGone(Exception):
    """The row of an instance was deleted since it was read."""


@contextmanager
def expecting_row(instance: Model, fields: Sequence[FileField]) -> Iterator[None]:
    """Have each save of the row of an instance lock it first; ``fields`` are its documents.

    Raises:
        RowGone: by a save, where there is no row any more.
    """
    using = router.db_for_write(type(instance), instance=instance)
    instance.__dict__[_EXPECTED] = (instance.pk, using, fields[:1])
    try:
        yield
    finally:
        instance.__dict__.pop(_EXPECTED, None)


def expected_documents(instance: Model, using: str) -> Sequence[FileField]:
    """Return a document of the row that must be there; none where another row is saved.

    A host's ``save()`` may make a copy first, of another key or on another database.
    """
    pk, database, fields = instance.__dict__.get(_EXPECTED, (None, None, ()))
    return fields if (pk, database) == (instance.pk, using) else ()
