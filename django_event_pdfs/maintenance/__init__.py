"""Engines behind the management command, for a host's own tasks too."""
