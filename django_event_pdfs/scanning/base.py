"""What every virus scanner can do."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import BinaryIO

from django_event_pdfs.pdf.text import clean_text

SIGNATURE_LIMIT = 100  # characters


class ScannerUnavailable(Exception):
    """There is no verdict: the scanner is down, late, or did not say "clean" or "infected".

    The message is for the log: what happened, and what to do about it.
    """


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner says about a file: the name of what it found, or empty for a clean file.

    The name is text from outside. It is cleaned as other such text is, and never becomes empty.
    """

    signature: str = ""

    def __post_init__(self) -> None:
        if self.signature:
            cleaned = clean_text(self.signature, SIGNATURE_LIMIT) or "unnamed"
            object.__setattr__(self, "signature", cleaned)

    @property
    def is_infected(self) -> bool:
        return bool(self.signature)


class Scanner(ABC):
    """Looks for viruses. One instance serves all threads. ``OPTIONS`` arrive as keywords."""

    @abstractmethod
    def scan(self, file: BinaryIO) -> Verdict:
        """Return the verdict on ``file``, which stands at its beginning and is left open.

        It is read in pieces, never whole. Errors of reading it are not caught.

        Raises:
            ScannerUnavailable: there is no verdict. Whatever is not certain is this.
        """
