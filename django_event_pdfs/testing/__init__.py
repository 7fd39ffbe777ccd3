"""What a host's own tests need: real PDFs made on the spot, a storage in memory, contracts."""

from django_event_pdfs.testing.pdfs import make_pdf
from django_event_pdfs.testing.scanners import EICAR, ScannerContract
from django_event_pdfs.testing.storage import MemoryStorage

__all__ = ["EICAR", "MemoryStorage", "ScannerContract", "make_pdf"]
