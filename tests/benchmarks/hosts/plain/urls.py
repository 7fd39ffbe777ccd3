"""The API that a host writes by hand."""

from django.urls import include, path
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.routers import DefaultRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet

from tests.benchmarks.hosts.plain.models import Event


class EventSerializer(ModelSerializer):
    class Meta:
        model = Event
        fields = "__all__"


class EventViewSet(ModelViewSet):
    queryset = Event.objects.order_by("start_date", "id")
    serializer_class = EventSerializer
    permission_classes = (DjangoModelPermissions,)


router = DefaultRouter()
router.register("events", EventViewSet)
urlpatterns = [path("api/", include(router.urls))]
