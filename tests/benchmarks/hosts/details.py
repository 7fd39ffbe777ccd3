"""What the events of all hosts have in common, so that only their files differ."""

import uuid

from django.db import models


class EventDetails(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    start_date = models.DateTimeField()
    end_date = models.DateTimeField(null=True, blank=True)
    location = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        indexes = (models.Index(fields=["start_date", "id"]),)
