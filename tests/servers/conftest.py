"""The servers, each as a fixture that lasts as long as the session."""

from tests.servers.postgres import postgres

__all__ = ["postgres"]
