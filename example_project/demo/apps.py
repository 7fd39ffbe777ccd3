"""The app's configuration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Fills the example with people and events; not needed in a project of your own."""

    name = "demo"
