"""A second database with the tables of the test models."""

from django.db import connections

from tests.testapp.models import Event, Meeting, Permit, Workshop

ALIAS = "other"


def second_database(path):
    """Yield the alias of a database in the file ``path``, and forget it afterwards."""
    entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    configured = connections.configure_settings({"default": dict(entry), ALIAS: entry})
    connections.settings[ALIAS] = configured[ALIAS]
    try:
        connections[ALIAS].connect()  # Test cases keep what is not connected from connecting.
        connections[ALIAS].disable_constraint_checking()
        with connections[ALIAS].schema_editor() as editor:
            for model in (Event, Meeting, Workshop, Permit):
                editor.create_model(model)
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]
