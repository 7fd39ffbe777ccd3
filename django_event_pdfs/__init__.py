"""PDF documents for Django event models: checked, kept and delivered."""

__version__ = "0.1.0"
