"""The same events on both sides, with facts on ours."""

from django.db import connection

from tests.benchmarks.hosts.ours.models import Event as Ours
from tests.benchmarks.hosts.plain.models import Event as Plain
from tests.many_rows import DETAILS, DOCUMENTS, insert_events


def fill(count):
    """Add as many events to both tables."""
    insert_events(Ours._meta.db_table, count)
    columns = ", ".join((*DETAILS, *DOCUMENTS))
    both = Plain._meta.db_table, Ours._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO {0} ({2}) SELECT {2} FROM {1}".format(*both, columns))
        cursor.execute("ANALYZE")
