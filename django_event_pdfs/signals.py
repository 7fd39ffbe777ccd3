"""Signals that a host can connect to. The sender is the model."""

from django.dispatch import Signal

#: A document was refused, by whichever door it came. Sent at once, with ``field`` (the
#: ``PDFField``), ``code``, ``error`` (the ``ValidationError``), ``user`` (None where it is not
#: known: in forms, the admin and code) and ``instance`` (None where there is none yet).
document_refused = Signal()

# The life of a document: sent after the commit, with ``instance``, ``field``, ``name``, ``facts``
# and ``url`` of the document that is there now, ``old_name``, ``old_facts`` and ``old_url`` of the
# one that was there before (None where there is none), and ``user`` (None where it is not known).

#: There was no document, and now there is one.
document_stored = Signal()

#: There was another document. Its file is gone, unless something else names it.
document_replaced = Signal()

#: There is none any more.
document_cleared = Signal()

#: The row is gone, and its document with it.
document_deleted = Signal()

#: One of our views hands a document over: it answers GET by it, by a part of it or by a redirect to
#: the storage. Sent before the first byte leaves, with ``name``, ``status`` (200, 206 or 302),
#: ``request``, ``field`` (None, and the sender too, where a link cannot tell which of several
#: fields of one folder it is), and on the permalink ``user`` and ``instance``: None behind a link.
document_delivered = Signal()

#: A storage did not delete a file that nothing names any more. The sender is the storage's class;
#: sent with ``storage``, ``name`` and ``error``. A sweep finds the file later.
removal_failed = Signal()
