"""Puts the sample events with their PDFs into the database."""

from io import BytesIO

from django.core.files import File

from events.models import Event

from .content import Booklet, Sample, read_samples
from .pdfs import make_pdf


def add_events() -> int:
    """Create the sample events that are missing and return how many those were."""
    known = set(Event.objects.values_list("pk", flat=True))
    missing = [sample for sample in read_samples() if sample.id not in known]
    for sample in missing:
        add_event(sample)
    return len(missing)


def add_event(sample: Sample) -> None:
    """Create one event. Saving it checks and stores its documents."""
    Event.objects.create(
        id=sample.id,
        name=sample.name,
        description=sample.description,
        start_date=sample.start_date,
        end_date=sample.end_date,
        location=sample.location,
        programme_file=as_upload(sample, sample.programme),
        guide_file=as_upload(sample, sample.guide),
    )


def as_upload(sample: Sample, booklet: Booklet) -> File:
    """Make the PDF and name it as a person would have."""
    return File(BytesIO(make_pdf(sample, booklet)), name=booklet.filename)
