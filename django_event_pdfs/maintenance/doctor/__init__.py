"""What is wrong with the storage, the scanner and the limits, found by trying them."""

from django_event_pdfs.maintenance.doctor.diagnosis import Diagnosis, Examination
from django_event_pdfs.maintenance.doctor.examination import examine

__all__ = ["Diagnosis", "Examination", "examine"]
