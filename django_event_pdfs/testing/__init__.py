"""What a host's own tests need: real PDFs made on the spot, a storage in memory, contracts."""

from typing import Any

from django_event_pdfs.testing.pdfs import make_pdf
from django_event_pdfs.testing.scanners import EICAR, ScannerContract
from django_event_pdfs.testing.storage import MemoryStorage

__all__ = ["EICAR", "DeliveryContract", "MemoryStorage", "ScannerContract", "make_pdf"]


def __getattr__(name: str) -> Any:
    if name == "DeliveryContract":
        # At its first use: it takes pytest, which the rest does without.
        from django_event_pdfs.testing.deliveries import DeliveryContract  # noqa: PLC0415

        return DeliveryContract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
