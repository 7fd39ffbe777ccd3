"""Virus scanning of uploads, where a scanner is configured."""

from django_event_pdfs.scanning.base import Scanner, ScannerUnavailable, Verdict
from django_event_pdfs.scanning.handler import get_scanner

__all__ = ["Scanner", "ScannerUnavailable", "Verdict", "get_scanner"]
