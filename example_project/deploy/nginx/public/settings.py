"""The settings that go with public/, on top of those of nginx/settings.py."""

from deploy.nginx.settings import *  # noqa: F403

MEDIA_URL = "/media/"

# Everybody reads, by the plain address of the file.
EVENT_PDFS["READ_ACCESS"] = "public"  # noqa: F405
EVENT_PDFS["LINKS"] = {"BACKEND": "django_event_pdfs.links.StorageLinks"}  # noqa: F405
