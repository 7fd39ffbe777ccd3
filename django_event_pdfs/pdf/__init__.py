"""Reading untrusted PDF bytes, without Django: bytes in, facts or a refusal out."""

from django_event_pdfs.pdf.active_content import ACTIVE_CONTENT
from django_event_pdfs.pdf.facts import Bounds, Facts, Findings, Inspection, Refusal
from django_event_pdfs.pdf.inspector import HEAD_SIZE, inspect, refuse_head
from django_event_pdfs.pdf.isolation import WorkerUnavailable
from django_event_pdfs.pdf.text import clean_text

__all__ = [
    "ACTIVE_CONTENT",
    "HEAD_SIZE",
    "Bounds",
    "Facts",
    "Findings",
    "Inspection",
    "Refusal",
    "WorkerUnavailable",
    "clean_text",
    "inspect",
    "refuse_head",
]
