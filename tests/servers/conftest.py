"""The servers as fixtures: one that lasts as long as the session, or one that a test may stop."""

from tests.servers.ceph import ceph
from tests.servers.clamd import clamd, own_clamd
from tests.servers.databases import any_database
from tests.servers.example import example, filled
from tests.servers.mariadb import mariadb
from tests.servers.postgres import postgres

__all__ = ["any_database", "ceph", "clamd", "example", "filled", "mariadb", "own_clamd", "postgres"]
