"""URLconfs of hosts: made by tests, and named in ``settings.ROOT_URLCONF``."""

from types import ModuleType

from django.urls import include, path
from rest_framework.routers import SimpleRouter

LINKS = path("media/", include("django_event_pdfs.file_urls"))


def urlconf(*patterns):
    """Return a URLconf of ``patterns``."""
    module = ModuleType("tests.host_urls.made")
    module.urlpatterns = list(patterns)
    return module


def routed(viewset, prefix="meetings", router=None, **kwargs):
    """Return the patterns of a router for one viewset."""
    router = router or SimpleRouter()
    router.register(prefix, viewset, **kwargs)
    return router.urls
