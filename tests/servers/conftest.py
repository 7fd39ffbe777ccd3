"""The servers as fixtures: one that lasts as long as the session, or one that a test may stop."""

from tests.servers.ceph import ceph
from tests.servers.clamd import clamd, own_clamd
from tests.servers.postgres import postgres

__all__ = ["ceph", "clamd", "own_clamd", "postgres"]
