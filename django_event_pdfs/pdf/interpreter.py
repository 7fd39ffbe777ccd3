"""How the worker's interpreter is started: the Python of this process, without its host."""

import os
import sys
from pathlib import Path

# The path is handed over, for a host may have extended its own since it started. Python's comes
# first: a host may name its modules as it likes.
_MAIN = "import sys; sys.path += sys.argv[2:]; "
_MAIN += "from django_event_pdfs.pdf.worker import main; main(sys.argv[1])"


def command(request: str = "") -> list[str]:
    """Return the command that starts a worker for one request, or the process that forks them."""
    path = [entry for entry in sys.path if isinstance(entry, str)]
    here = str(Path(__file__).parents[2])
    # Isolated: hooks that a host has installed, as profilers do, start threads in what will fork.
    return [_interpreter(), "-I", "-S", "-c", _MAIN, request, *path, here]


def _interpreter() -> str:
    """Return the path of Python; inside of another program, as uWSGI is, that of its prefix."""
    if os.path.basename(sys.executable or "").lower().startswith(("python", "pypy")):
        return sys.executable
    return os.path.join(sys.exec_prefix, "bin", "python{}.{}".format(*sys.version_info))
