"""The Django edge of ``pdf``: inspect an upload once, whichever doors it passes."""

from typing import Any, BinaryIO, cast

from django.core.files.base import File

from django_event_pdfs.pdf import Inspection, inspect

_MEMO = "_event_pdfs_inspection"


def inspect_upload(upload: "File[Any]") -> Inspection:
    """Inspect what an upload holds, and remember the answer on the upload itself.

    The serializer, ``full_clean`` and the save each ask; the bytes are read once. The file object
    is read, never its path: what is judged is what is stored, unless the caller writes into the
    upload in between and keeps its size.

    Raises:
        OSError: the upload cannot be read.
    """
    known = getattr(upload, _MEMO, None)
    # Another size, and the file was written to since.
    if isinstance(known, Inspection) and (not known.facts or known.facts.size == upload.size):
        return known
    # The file inside, for qpdf reads through it directly; a Django ``File`` only forwards.
    inspection = inspect(cast(BinaryIO, upload.file or upload))
    setattr(upload, _MEMO, inspection)
    return inspection
