from django_event_pdfs.models import EventDocumentsMixin
from tests.benchmarks.hosts.details import EventDetails


class Event(EventDocumentsMixin, EventDetails):
    class Meta(EventDetails.Meta):
        abstract = False
