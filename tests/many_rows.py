"""Events by the million, made in the database in one statement."""

from typing import Any

from django.db import connection

DOCUMENTS = {"programme_file": "events/programmes/", "guide_file": "events/guides/"}
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


def insert_events(table: str, count: int) -> None:
    """Insert events of an ``AbstractEvent``, each seven minutes after the other, with facts."""
    speaks = _DIALECTS[connection.vendor]
    values: dict[str, Any] = {
        "id": speaks["key"],
        "name": "'Tech Summit ' || n",
        "description": f"'{DESCRIPTION}'",
        "start_date": speaks["moment"].format(minutes=7),
        "end_date": speaks["moment"].format(minutes=8),
        "location": "'Hall ' || (n % 9)",
        **{name: name for name in DOCUMENTS},
        **{f"{name}_facts": _facts(name, speaks) for name in DOCUMENTS},
    }
    names = ", ".join(
        f"'{folder}{name.removesuffix('_file')}_' || {speaks['random']} || '.pdf' AS {name}"
        for name, folder in DOCUMENTS.items()
    )
    numbers = speaks["numbers"].format(count=count)
    rows = f"SELECT n, {names} FROM ({numbers}) AS numbers"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(values)}) "
            f"SELECT {', '.join(values.values())} FROM ({rows}) AS made"
        )
        cursor.execute("ANALYZE")


def _facts(name: str, speaks: dict[str, str]) -> str:
    facts = {
        "name": name,
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
