"""The app, as Django finds it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventPDFsConfig(AppConfig):
    name = "django_event_pdfs"
    label = "event_pdfs"
    verbose_name = _("Event PDFs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Both need the models, which exist only now.
        from django_event_pdfs.checks import register_checks
        from django_event_pdfs.models import watch_deletions

        register_checks()
        watch_deletions()
