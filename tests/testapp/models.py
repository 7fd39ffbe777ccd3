"""The models that tests need: the plain case, and the shapes that hosts have."""

from typing import Any

from django.conf import settings
from django.db import models

from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import AbstractEvent, EventDocumentsMixin, HasDocuments


class Event(AbstractEvent):
    """The plain case."""


class ProxyEvent(Event):
    class Meta:
        proxy = True


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> "MeetingQuerySet":
        return self.filter(hidden=False) if not user.is_staff else self


class Meeting(EventDocumentsMixin, models.Model):
    """A host's own event: integer key, own columns, a third document, hidden rows."""

    title = models.CharField(max_length=100)
    hidden = models.BooleanField(default=False)
    published = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE
    )
    badge_file = PDFField(upload_to="meetings/badges/", folders=["old/badges/"])

    objects = MeetingQuerySet.as_manager()


class Workshop(Meeting):
    """Multi-table inheritance, with a document in each table."""

    exercise_file = PDFField(upload_to="workshops/exercises/")


class Permit(HasDocuments):
    """A required document in a column without NULL."""

    permit_file = PDFField(upload_to="permits/", null=False, blank=False)


class Attachment(models.Model):
    """A plain file field, which may share a file with a document."""

    file = models.FileField(upload_to="events/programmes/", blank=True)
