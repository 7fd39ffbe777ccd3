"""What a host's own tests need: real PDFs made on the spot, and a storage in memory."""

from django_event_pdfs.testing.pdfs import make_pdf
from django_event_pdfs.testing.storage import MemoryStorage

__all__ = ["MemoryStorage", "make_pdf"]
