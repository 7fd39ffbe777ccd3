"""A scanner and a storage that stand still where a test says so, until their process is killed.

The test writes the name of a step into a file of the server's folder. Who gets there writes its
process id into another one, and waits.
"""

import os
import time
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from django_event_pdfs.scanning.base import Scanner, Verdict

STEP, WHO = "step", "who"
SECONDS = 120  # Nobody waits so long; whoever is not killed should end.


def reach(step: str) -> None:
    root = Path(os.environ["EVENT_PDFS_TEST_ROOT"])
    if (root / STEP).read_text() == step:
        (root / WHO).write_text(str(os.getpid()))
        time.sleep(SECONDS)


class PausingScanner(Scanner):
    def scan(self, file: BinaryIO) -> Verdict:
        reach("judging")
        return Verdict()


class PausingStorage(FileSystemStorage):
    def _save(self, name: str, content: "File[Any]") -> str:
        reach("storing")
        stored = super()._save(name, content)
        reach("stored")
        return stored
