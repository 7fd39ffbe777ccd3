"""Lookups for which NULL and empty text are one: no document."""

from typing import Any

from django.db.models import lookups


class DocumentExact(lookups.Exact):
    """``filter(programme_file="")`` is ``isnull=True``, as Django makes ``=None``."""

    def get_prep_lookup(self) -> Any:
        prepared = super().get_prep_lookup()
        return None if prepared == "" else prepared


class DocumentIsNull(lookups.IsNull):
    """``isnull`` finds empty text too, which is how Django wrote no file before adoption."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().as_sql(compiler, connection)
        column, column_params = self.process_lhs(compiler, connection)
        joined, compared = ("OR", "=") if self.rhs else ("AND", "<>")
        return f"({sql} {joined} {column} {compared} '')", [*params, *column_params]
