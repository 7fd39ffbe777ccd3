"""The app's configuration."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Events and their documents."""

    name = "events"
