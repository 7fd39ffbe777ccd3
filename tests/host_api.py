"""A host's own API, as tests mount it: a serializer and a viewset that mix ours in."""

from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin
from tests.host_urls import LINKS, routed, urlconf
from tests.testapp.models import Meeting


class MeetingSerializer(EventDocumentsSerializerMixin, serializers.ModelSerializer):
    shouted = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields = ("id", "title", "published", "shouted", "guide_file", "badge_file", "documents")

    def get_shouted(self, meeting) -> str:
        return meeting.title.upper()


class MeetingViewSet(EventDocumentsViewSetMixin, viewsets.ModelViewSet):
    """No ``queryset`` of the class, no ``super()``, actions of its own."""

    serializer_class = MeetingSerializer

    def get_queryset(self):
        return Meeting.objects.order_by("-title")

    @action(detail=True)
    def statistics(self, request, pk=None):
        return Response({"title": self.get_object().title})

    @action(detail=True, methods=["post"])
    def publish(self, request, pk=None):
        Meeting.objects.filter(pk=self.get_object().pk).update(published=False)
        return Response()

    @action(detail=False)
    def upcoming(self, request):
        events = self.filter_queryset(self.get_queryset())
        return Response(self.get_serializer(events, many=True).data)

    @action(detail=False, methods=["post"])
    def bulk(self, request):
        return Response(request.data)


def own(**attributes):
    """Return the host's viewset with further class attributes."""
    return type("OwnViewSet", (MeetingViewSet,), attributes)


def mount(settings, *viewsets_or_patterns):
    """Mount viewsets, or patterns, as the host's whole URLconf."""
    patterns = []
    for part in viewsets_or_patterns:
        patterns += routed(part, basename="meeting") if isinstance(part, type) else [part]
    settings.ROOT_URLCONF = urlconf(*patterns, LINKS)
