"""The settings that go with pgbouncer.ini, on top of those of nginx/settings.py."""

from deploy.nginx.settings import *  # noqa: F403

DATABASES["default"] |= {  # noqa: F405
    "HOST": "127.0.0.1",
    "PORT": 6432,
    # A cursor on the server ends with its transaction, and the next one may be elsewhere.
    "DISABLE_SERVER_SIDE_CURSORS": True,
    # PgBouncer keeps the connections; one of Django's to it is cheap.
    "CONN_MAX_AGE": 0,
}
