"""System checks: what is misconfigured, found before a user finds it. No network."""

from django.core.checks import Tags, register

from django_event_pdfs.checks.links import (
    check_link_lifetime,
    check_open_links,
    check_signing_by_network,
)
from django_event_pdfs.checks.models import check_event_meta, check_has_documents
from django_event_pdfs.checks.settings import (
    check_allow,
    check_inspection,
    check_read_access,
    check_scanner,
)
from django_event_pdfs.checks.urls import (
    check_event_model,
    check_file_mount,
    check_one_viewset,
    check_unsigned_access,
)


def register_checks() -> None:
    """Register every check of this package with Django."""
    for check in (check_has_documents, check_event_meta):
        register(check, Tags.models)
    for check in (check_event_model, check_file_mount, check_one_viewset, check_unsigned_access):
        register(check, Tags.urls)
    for check in (check_read_access, check_allow, check_inspection, check_scanner):
        register(check)
    for check in (check_link_lifetime, check_open_links, check_signing_by_network):
        register(check)
