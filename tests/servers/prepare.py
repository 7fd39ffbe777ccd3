"""Fill the folder of a server: an event, its programme, an administrator. Print the file's name."""

import sys

import django

if __name__ == "__main__":
    django.setup()

    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    from tests.conftest import upload
    from tests.testapp.models import Event

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_superuser("root", password="x")
    event = Event(name="Summit", start_date="2026-12-01T09:00:00Z")
    event.programme_file = upload("議程 2026.pdf", padding=4_000_000)
    event.save()
    sys.stdout.write(event.programme_file.name)
