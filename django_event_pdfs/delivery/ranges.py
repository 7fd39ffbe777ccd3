"""Byte ranges (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII | re.IGNORECASE)

# Longer than any file's offset; keeps int() from working on what an attacker sends.
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes ``start`` to ``stop``, ``stop`` not included."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


class UnsatisfiableRange(ValueError):
    """No byte of the file lies in the range: 416."""


def parse_range(header: str, size: int) -> ByteRange | None:
    """Return the one range that a ``Range`` header asks for, None where it is to be ignored.

    A malformed header is ignored (14.2), and so are several ranges: a server may always answer
    with the whole.

    Raises:
        UnsatisfiableRange: the range starts behind the end, or is an empty suffix.
    """
    match = _ONE_RANGE.fullmatch(header.strip())
    if not match or max(map(len, match.groups())) > _MAX_DIGITS:
        return None
    first, last = match.groups()
    if not first:
        return _suffix(last, size)
    start, stop = int(first), int(last) + 1 if last else size
    if stop <= start and last:
        return None
    if start >= size:
        raise UnsatisfiableRange
    return ByteRange(start, min(stop, size))


def _suffix(length: str, size: int) -> ByteRange | None:
    if not length:
        return None
    if not int(length) or not size:
        raise UnsatisfiableRange
    return ByteRange(max(0, size - int(length)), size)
