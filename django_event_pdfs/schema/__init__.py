"""How drf-spectacular describes events and documents. Loaded where it is installed.

Importing this package is all: drf-spectacular knows extensions once they are imported, and the
viewset mixin gets its schema here, so that a host without drf-spectacular never loads this.
"""

from django_event_pdfs.schema import fields, serializers
from django_event_pdfs.schema.operations import DocumentsSchema
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin

__all__ = ["fields", "serializers"]

# On the class, where ``@extend_schema`` finds it and builds on it.
EventDocumentsViewSetMixin.schema = DocumentsSchema()
