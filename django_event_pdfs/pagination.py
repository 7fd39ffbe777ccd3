"""Pagination of the bundled viewset, for hosts that configured none."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.settings import api_settings


def event_ordering(model: type[Model]) -> tuple[str, ...]:
    """Return ``start_date`` and ``id`` where the model has both, else its primary key."""
    try:
        for name in ("start_date", "id"):
            model._meta.get_field(name)
    except FieldDoesNotExist:
        return ("pk",)
    return ("start_date", "id")


class EventCursorPagination(CursorPagination):
    """Pages that cost the same however deep, in the order of :func:`event_ordering`."""

    page_size = api_settings.PAGE_SIZE or 100
    page_size_query_param = "page_size"
    max_page_size = 500
    # Events that start at one moment are told apart by how many come before. Beyond REST
    # framework's 1,000 pages would repeat; a bound there must be, for clients may ask for any.
    offset_cutoff = 100_000

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:
            if self.cursor_query_param not in request.query_params:
                raise
            # A made-up cursor, whose position is no value of the column.
            raise NotFound(self.invalid_cursor_message) from error

    def get_ordering(self, request: Any, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        self.ordering = event_ordering(queryset.model)
        return tuple(super().get_ordering(request, queryset, view))
