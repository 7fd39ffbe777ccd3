"""The bundled event API: ``path("api/", include("django_event_pdfs.urls"))``."""

from rest_framework.routers import SimpleRouter

from django_event_pdfs.viewsets import EventViewSet

router = SimpleRouter()
router.register("events", EventViewSet, basename="event")

urlpatterns = router.urls
