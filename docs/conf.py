"""Sphinx: Markdown in, HTML out."""

from importlib.metadata import version as installed_version

project = "django-event-pdfs"
author = "The django-event-pdfs contributors"
copyright = f"2026, {author}"
release = version = installed_version("django-event-pdfs")

extensions = ["myst_parser"]
myst_heading_anchors = 3  # links to headings, as GitHub makes them
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"{project} {release}"
