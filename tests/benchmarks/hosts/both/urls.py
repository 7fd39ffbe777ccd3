"""What a host writes by hand, what it writes with the library, and the floor."""

from django.urls import include, path
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet
from rest_framework_simplejwt.authentication import JWTAuthentication

from django_event_pdfs.renderers import ORJSONRenderer
from django_event_pdfs.serializers import EVENT_FIELDS, EventDocumentsSerializerMixin
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin, EventViewSet
from tests.benchmarks.hosts.both.floor import floor_detail, floor_list
from tests.benchmarks.hosts.events import FIELDS
from tests.benchmarks.hosts.ours.models import Event
from tests.benchmarks.hosts.plain.urls import EventViewSet as PlainViewSet

SHOWN = (*EVENT_FIELDS, *FIELDS)


class Pages(PageNumberPagination):
    page_size = 100


class ByHand(PlainViewSet):
    """ModelSerializer, FileField, page numbers, and a JWT whose user is looked up."""

    authentication_classes = (JWTAuthentication,)
    pagination_class = Pages


class SameFieldsSerializer(EventDocumentsSerializerMixin, ModelSerializer):
    class Meta:
        model = Event
        fields = SHOWN


class SameFields(EventDocumentsViewSetMixin, ModelViewSet):
    queryset = Event.objects.order_by("start_date", "id")
    serializer_class = SameFieldsSerializer
    authentication_classes = (JWTAuthentication,)
    pagination_class = EventViewSet.pagination_class


class Bundled(EventViewSet):
    """The bundled API: the same fields, and ``documents``."""

    authentication_classes = (JWTAuthentication,)


def _routes(viewset):
    router = SimpleRouter()
    router.register("events", viewset, basename="event")
    return router.urls


def _with(viewset, renderer):
    return type(viewset.__name__, (viewset,), {"renderer_classes": (renderer,)})


urlpatterns = [
    path("media/", include("django_event_pdfs.file_urls")),
    path("floor/events/", floor_list),
    path("floor/events/<uuid:pk>/", floor_detail),
]
for name, viewset in {"plain": ByHand, "ours": SameFields, "documents": Bundled}.items():
    for suffix, renderer in {"": JSONRenderer, "-fast": ORJSONRenderer}.items():
        routes = _routes(_with(viewset, renderer))
        urlpatterns.append(path(f"{name}{suffix}/", include((routes, f"{name}{suffix}"))))
