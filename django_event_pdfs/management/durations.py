"""Durations as people write them on a command line."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """Read ``90s``, ``30m``, ``24h`` or ``7d``.

    Raises:
        ArgumentTypeError: it is none of these, or more than a ``timedelta`` holds.
    """
    match = re.fullmatch(r"([0-9]+)([smhd])", text)
    try:
        if match:
            return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except (OverflowError, ValueError):
        pass  # Too many days, or more digits than int() reads.
    raise ArgumentTypeError(f"{text!r} is no duration such as 90s, 30m, 24h or 7d.")
