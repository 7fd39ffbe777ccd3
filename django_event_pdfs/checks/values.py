"""What a setting may hold."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from django_event_pdfs.conf import seconds


def is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_duration(value: Any, least: int = 0) -> bool:
    """Return whether a value is a ``timedelta`` or whole seconds, and lasts ``least`` seconds."""
    return (isinstance(value, timedelta) or is_whole(value, least)) and seconds(value) >= least


def is_list(value: Any) -> bool:
    """Return whether a value has items; a text or a dict has, and is not meant."""
    return isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping)


def closest(word: Any, known: Collection[str]) -> str:
    """Return what to write instead of a word that is none of ``known``."""
    matches = get_close_matches(str(word).upper(), [k.upper() for k in known], n=1)
    alike = [k for k in known if k.upper() in matches]
    return f"Did you mean {alike[0]!r}?" if alike else f"Known are {', '.join(sorted(known))}."
