"""The app, as Django finds it."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class EventPDFsConfig(AppConfig):
    name = "django_event_pdfs"
    label = "event_pdfs"
    verbose_name = _("Event PDFs")

    def ready(self) -> None:
        # Both need the models, which exist only now.
        from django_event_pdfs.checks import register_checks
        from django_event_pdfs.models import watch_deletions

        register_checks()
        watch_deletions()
        if apps.is_installed("drf_spectacular"):
            import_module("django_event_pdfs.schema")
