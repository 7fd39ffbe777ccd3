"""The ASGI application of the test project, wrapped as the documentation says."""

from django.core.asgi import get_asgi_application

from django_event_pdfs.asgi import UploadLimit

application = UploadLimit(get_asgi_application())
