"""A process of tests bounds files by the processor time that they take, however busy it is."""

from dataclasses import replace

from django_event_pdfs.pdf import isolation, pool


def be_patient() -> None:
    """Let workers of this process wait for their turn; their processor time stays bounded."""
    isolation.LIMITS = replace(isolation.LIMITS, wall=120)
    pool._START_SECONDS = 120
