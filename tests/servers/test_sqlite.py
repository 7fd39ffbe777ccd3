"""Several writers at once on SQLite, in a file as a host has it."""

from tests.servers.suites import run_suite


def test_the_suite_passes_on_sqlite(tmp_path):
    name = str(tmp_path / "db.sqlite3")
    # Where a transaction reads before it writes, as of a whole request, it must begin as a writer.
    options = {"timeout": 60, "transaction_mode": "IMMEDIATE"}
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}
    run_suite("servers/concurrency.py", {**database, "TEST": {"NAME": name}})
