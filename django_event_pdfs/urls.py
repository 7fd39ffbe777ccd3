"""The bundled event API: ``path("api/", include("django_event_pdfs.urls"))``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from django_event_pdfs.viewsets import EventViewSet

router = SimpleRouter()
router.register("events", EventViewSet, basename="event")

# A router leaves ids with a dot in them to Django, which would answer in HTML.
dotted = EventViewSet.as_view(
    {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"},
    schema=None,
)

# Below an event of this API there are its documents only, so another name is answered by it too.
unknown_document = EventViewSet.as_view(
    dict.fromkeys(("get", "post", "put", "patch", "delete"), "unknown_document"), schema=None
)

urlpatterns = [
    *router.urls,
    path("events/<str:pk>/", dotted),
    path("events/<str:pk>/<str:name>/", unknown_document),
]
