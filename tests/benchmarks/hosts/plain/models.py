from django.db import models

from tests.benchmarks.hosts.details import EventDetails


class Event(EventDetails):
    programme_file = models.FileField(upload_to="events/programmes/", max_length=255, blank=True)
    guide_file = models.FileField(upload_to="events/guides/", max_length=255, blank=True)
