"""Numbers as people write them on a command line."""

from argparse import ArgumentTypeError


def positive(text: str) -> int:
    """Read a whole number above zero.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number above zero.")
    return number
