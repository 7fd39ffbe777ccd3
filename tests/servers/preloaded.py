"""The WSGI application of the test project, with what it imports at its first request."""

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018, this loads it.
