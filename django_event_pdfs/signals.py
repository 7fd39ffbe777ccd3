"""Signals that a host can connect to. The sender is the model."""

from django.dispatch import Signal

#: A document was refused, by whichever door it came. Sent at once, with ``field`` (the
#: ``PDFField``), ``code``, ``error`` (the ``ValidationError``), ``user`` (None where it is not
#: known: in forms, the admin and code) and ``instance`` (None where there is none yet).
document_refused = Signal()
