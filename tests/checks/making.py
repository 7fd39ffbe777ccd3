"""Models of hosts, made for one check at a time; call these under ``isolate_apps``."""

from django.db import models

from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import HasDocuments


def ids(messages):
    return [message.id for message in messages]


def make(base, *meta_bases, name="Made", options=None, **attributes):
    """Return a model of the test app."""
    meta = type("Meta", meta_bases, {"app_label": "testapp", **(options or {})})
    return type(name, (base,), {"Meta": meta, "__module__": __name__, **attributes})


def made_with(name="Made", options=None, attributes=None, **field):
    """Return a model with one document; ``field`` are the arguments of its field."""
    document = PDFField(**{"upload_to": "made/", **field})
    return make(
        HasDocuments, name=name, options=options, programme_file=document, **(attributes or {})
    )


def plain(name="Plain", **field):
    """Return a model with one plain file field."""
    return make(models.Model, name=name, file=models.FileField(**field))
