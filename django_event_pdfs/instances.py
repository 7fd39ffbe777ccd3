"""Instances of the many rows of a list, made all at once where nothing could notice.

Django makes each by ``from_db()``, ``__init__()`` and one ``setattr()`` a column, for a class may
have its own of these, and signals tell of each. Where a class has Django's, and nobody listens, all
columns of a row go into its instance together, which takes a third of the time.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.files import FileDescriptor
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from django_event_pdfs.fields import DocumentDescriptor, document_attnames
from django_event_pdfs.loaded import remember_read
from django_event_pdfs.models import HasDocuments

# What stands for a column on a class, and puts what it is given into the instance's ``__dict__``.
_PLAIN = {DeferredAttribute, ForeignKeyDeferredAttribute, FileDescriptor, DocumentDescriptor}


def made_together(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the queryset, whose instances are made quickly where they can be."""
    queryset: Any = rows
    is_fetched = getattr(queryset, "_result_cache", None) is not None
    if getattr(queryset, "_iterable_class", None) is ModelIterable and not is_fetched:
        queryset = queryset.all()
        queryset._iterable_class = _Instances
    return queryset  # type: ignore[no-any-return]


class _Instances(ModelIterable):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[Any]:
        queryset, model = self.queryset, self.queryset.model
        if not (_selects_columns_alone(queryset) and _is_plain(model)):
            yield from super().__iter__()
            return
        compiler = queryset.query.get_compiler(using=queryset.db)
        results = compiler.execute_sql(chunked_fetch=self.chunked_fetch, chunk_size=self.chunk_size)
        attnames = [column.target.attname for column, *_ in compiler.select]
        using, fetch_mode = queryset.db, getattr(queryset, "_fetch_mode", None)  # Django 6.1
        documents = document_attnames(model)
        for row in compiler.results_iter(results):
            instance = object.__new__(model)
            held = instance.__dict__
            held["_state"] = state = ModelState()
            state.adding, state.db = False, using
            if fetch_mode is not None:
                state.fetch_mode = fetch_mode
            held.update(zip(attnames, row, strict=False))  # Columns to order by may follow.
            remember_read(instance, documents)
            yield instance


def _selects_columns_alone(queryset: Any) -> bool:
    """Return whether the query reads all columns of its model, and nothing besides."""
    query = queryset.query
    more = query.select_related or query.annotation_select or query.extra_select
    others = more or query.combinator or queryset._known_related_objects
    tells_peers = getattr(getattr(queryset, "_fetch_mode", None), "track_peers", False)
    return not (others or tells_peers) and query.deferred_loading == (frozenset(), True)


def _is_plain(model: type[Model]) -> bool:
    listens = pre_init.has_listeners(model) or post_init.has_listeners(model)
    return not listens and _is_made_as_django_does(model)


@cache
def _is_made_as_django_does(model: type[Model]) -> bool:
    """Return whether a class leaves it to Django and to us how instances of it are made."""
    if not issubclass(model, HasDocuments):
        return False
    own = [part for part in model.__mro__ if part not in (HasDocuments, Model, object)]
    says = {"__init__", "__new__", "__setattr__", "from_db", "_state", "__slots__"}
    return not any(says & vars(part).keys() for part in own) and all(
        type(getattr(model, field.attname)) in _PLAIN for field in model._meta.concrete_fields
    )
