"""Errors that more than one layer raises or catches."""

#: Seconds after which a client may ask again for what could not be done now.
RETRY_AFTER = 10


class LinkUnavailable(ValueError):
    """A document that has a name but can have no link.

    A ``ValueError``, as Django's own ``FieldFile.url`` raises. In a template it renders as
    nothing instead of failing the page (``silent_variable_failure`` is Django's own hook).
    """

    silent_variable_failure = True


class StorageUnavailable(OSError):
    """The storage is full, or cannot be reached. Of a file that it did not take nothing is left."""
