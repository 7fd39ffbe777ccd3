"""Reading untrusted PDF bytes, without Django: bytes in, facts or a refusal out."""

from django_event_pdfs.pdf.facts import Facts, Findings, Inspection, Refusal
from django_event_pdfs.pdf.inspector import inspect
from django_event_pdfs.pdf.text import clean_text

__all__ = ["Facts", "Findings", "Inspection", "Refusal", "clean_text", "inspect"]
