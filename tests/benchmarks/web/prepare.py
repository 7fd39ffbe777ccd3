"""Fill the site, and print as JSON where its documents are opened."""

import json
import os
import sys
from typing import Any

import django

SIZES = {"50 KB": 50_000, "5 MB": 5_000_000, "50 MB": 50_000_000}  # bytes
START = "2026-12-01T09:00:00Z"


def main() -> None:
    django.setup()

    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from rest_framework_simplejwt.tokens import AccessToken

    call_command("migrate", run_syncdb=True, verbosity=0)
    token = AccessToken.for_user(get_user_model().objects.create_user("reader"))
    places = {label: _places(size) for label, size in SIZES.items()}
    sys.stdout.write(json.dumps({"token": str(token), "places": places}))


def _places(size: int) -> dict[str, str]:
    """Return the addresses of a document of ``size`` bytes that both sides have."""
    from django.apps import apps
    from django.conf import settings

    from django_event_pdfs.links import NginxSecureLinks, get_links, permalink
    from django_event_pdfs.naming import new_name
    from tests.servers.deployed import LINK_SECRET

    name = new_name("events/programmes/", "programme_file")
    path = settings.MEDIA_ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(size - 9))
    events: dict[str, Any] = {
        side: apps.get_model(side, "Event")._base_manager.create(
            name="Tech Summit", start_date=START, programme_file=name
        )
        for side in ("ours", "plain")
    }
    # Below a path of its own, so that both kinds of links are there at once.
    checked = NginxSecureLinks(secrets=[LINK_SECRET], base_url="/checked/")
    return {
        "name": name,
        "link": get_links().make(name, "Programme 2026.pdf").url,
        "checked": checked.make(name, "Programme 2026.pdf").url,
        "permalink": str(permalink(events["ours"], "programme_file")),
        "by hand": f"/by-hand/{events['plain'].pk}/programme_file/",
    }


if __name__ == "__main__":
    main()
