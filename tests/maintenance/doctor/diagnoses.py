"""Diagnoses, as tests look at them."""

from django_event_pdfs.maintenance.doctor import Diagnosis, Examination


def statuses(diagnoses: Examination | list[Diagnosis]) -> dict[str, str]:
    """Return the status by id."""
    found = diagnoses.diagnoses if isinstance(diagnoses, Examination) else diagnoses
    return {diagnosis.id: diagnosis.status for diagnosis in found}
