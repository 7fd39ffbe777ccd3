"""`manage.py demo`: everything from an empty database to a running site."""

import os
import socket
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from demo.accounts import add_accounts
from demo.catalogue import add_events
from demo.walkthrough import walkthrough

HOST = "127.0.0.1"


class Command(BaseCommand):
    """Prepare and serve the demo; what is there already stays as it is."""

    help = "Makes the database, two users and six events with PDFs, and serves the site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept another port, or no serving at all."""
        parser.add_argument("--port", type=port_number, default=8000, help="8000 unless given.")
        parser.add_argument("--no-serve", dest="serve", action="store_false", help="Prepare only.")

    def handle(self, *args: Any, port: int, serve: bool, **options: Any) -> None:
        """Check, prepare, print and serve."""
        if not settings.DEBUG:
            raise CommandError("The demo's passwords are public, so it runs with DEBUG=1 only.")
        if serve:
            require_free(port)
        self.prepare()
        self.stdout.write(walkthrough(f"http://localhost:{port}") + "\n")
        self.stdout.flush()
        if serve:
            call_command("runserver", f"{HOST}:{port}", use_reloader=False)

    def prepare(self) -> None:
        """Bring tables, users and events into being."""
        call_command("migrate", verbosity=0, interactive=False)
        add_accounts()
        self.stdout.write(f"New events: {add_events()}; PDFs are in {settings.MEDIA_ROOT}\n\n")


def port_number(text: str) -> int:
    """Read `--port`."""
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError
    return port


def require_free(port: int) -> None:
    """Raise a CommandError unless the port can be served on."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise CommandError(
            f"Port {port} is not free ({reason}). Try another: manage.py demo --port {port + 1}"
        ) from error
