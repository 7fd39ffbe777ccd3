"""The load: ``wrk`` for requests a second, and a client of slow readers."""

import re
import shutil
import subprocess


def requests_a_second(url: str, headers: dict[str, str], seconds: float = 2) -> float:
    """Have eight connections ask as fast as they can. Every answer has to be a success.

    Raises:
        RuntimeError: one was not.
    """
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [str(shutil.which("wrk")), "-t1", "-c8", f"-d{seconds}s", *given, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if not found or not float(found[1]) or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url}: {said}")
    return float(found[1])
