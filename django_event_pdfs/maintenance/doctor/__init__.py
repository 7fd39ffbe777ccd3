"""What is wrong with the storage, the scanner, the limits and the site, found by trying them."""

from django_event_pdfs.maintenance.doctor.diagnosis import Diagnosis, Examination
from django_event_pdfs.maintenance.doctor.examination import examine

__all__ = ["Diagnosis", "Examination", "examine"]
