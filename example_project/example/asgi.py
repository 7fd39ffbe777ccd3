"""The ASGI entry point: `example.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from django_event_pdfs.asgi import UploadLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")

application = UploadLimit(get_asgi_application())
