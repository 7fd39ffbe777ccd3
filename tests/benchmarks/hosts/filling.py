"""Events by the million, made in the database: the same rows on both sides, with facts on ours."""

from django.db import connection

from tests.benchmarks.hosts.events import FIELDS
from tests.benchmarks.hosts.ours.models import Event as Ours
from tests.benchmarks.hosts.plain.models import Event as Plain

DETAILS = ("id", "name", "description", "start_date", "end_date", "location")
DESCRIPTION = "Two days of talks, workshops and demonstrations for everyone who builds things. " * 2

# By vendor: numbers from 1, a key, a moment some minutes on, and the random part of a name.
_DIALECTS = {
    "postgresql": {
        "numbers": "SELECT n FROM generate_series(1, {count}) AS n",
        "key": "gen_random_uuid()",
        "moment": "timestamptz '2026-01-01T09:00:00Z' + n * interval '{minutes} minutes'",
        "random": "substr(translate(md5(random()::text), '0189', 'wxyz'), 1, 26)",
        "facts": "jsonb_build_object({pairs})",
        "true": "true",
        "false": "false",
    },
    "sqlite": {
        "numbers": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s "
        "WHERE n < {count}) SELECT n FROM s",
        "key": "lower(hex(randomblob(16)))",
        "moment": "datetime('2026-01-01 09:00:00', (n * {minutes}) || ' minutes')",
        "random": "replace(replace(replace(replace(lower(hex(randomblob(13))), "
        "'0', 'w'), '1', 'x'), '8', 'y'), '9', 'z')",
        "facts": "json_object({pairs})",
        "true": "json('true')",
        "false": "json('false')",
    },
}


def fill(count):
    """Add ``count`` events to both tables."""
    with connection.cursor() as cursor:
        cursor.execute(_insert_ours(count))
        columns = ", ".join((*DETAILS, *FIELDS))
        both = Plain._meta.db_table, Ours._meta.db_table
        cursor.execute("INSERT INTO {0} ({2}) SELECT {2} FROM {1}".format(*both, columns))
        cursor.execute("ANALYZE")


def _insert_ours(count):
    speaks = _DIALECTS[connection.vendor]
    facts = {f"{field}_facts": _facts(field, speaks) for field in FIELDS}
    columns = ", ".join((*DETAILS, *FIELDS, *facts))
    values = (
        speaks["key"],
        "'Tech Summit ' || n",
        f"'{DESCRIPTION}'",
        speaks["moment"].format(minutes=7),
        speaks["moment"].format(minutes=8),
        "'Hall ' || (n % 9)",
        *FIELDS,
        *facts.values(),
    )
    names = ", ".join(
        f"'{folder}{field.removesuffix('_file')}_' || {speaks['random']} || '.pdf' AS {field}"
        for field, folder in FIELDS.items()
    )
    numbers = speaks["numbers"].format(count=count)
    rows = f"SELECT n, {names} FROM ({numbers}) AS numbers"
    table = Ours._meta.db_table
    return f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM ({rows}) AS made"


def _facts(field, speaks):
    facts = {
        "name": field,
        "size": "480211",
        "sha256": "'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'",
        "pages": "4",
        "pdf_version": "'1.7'",
        "title": "'Programme of the Tech Summit'",
        "filename": "'Programme 2026.pdf'",
        "stored_at": "'2026-11-23T03:00:00.123456+00:00'",
        "producer": "'LibreOffice 24.2'",
        **dict.fromkeys(("encrypted", "signed", "linearised", "repaired"), speaks["false"]),
        "tagged": speaks["true"],
    }
    pairs = ", ".join(f"'{key}', {value}" for key, value in facts.items())
    return speaks["facts"].format(pairs=pairs)
