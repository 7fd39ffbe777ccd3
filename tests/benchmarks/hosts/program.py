"""The program of a host's process: it does what each line on its input asks, and answers."""

import json
import sys
from importlib import import_module

import django


def main() -> None:
    """Read ``[function, arguments]`` line by line; answer each with what it returned, as JSON."""
    django.setup()
    for line in sys.stdin:
        path, arguments = json.loads(line)
        module, _, function = path.rpartition(".")
        answer = getattr(import_module(f"{__package__}.{module}"), function)(**arguments)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
