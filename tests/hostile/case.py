"""What each module of this package is a list of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

ACCEPTED = "accepted"
DAMAGED = "damaged"
ENCRYPTED = "encrypted"
NO_PAGES = "no_pages"
NOT_A_PDF = "not_a_pdf"
TOO_COMPLEX = "too_complex"
TOO_MANY_PAGES = "too_many_pages"
ACTIVE = "active_content"


@dataclass(frozen=True, slots=True)
class Case:
    """A file made when it is asked for, and the outcomes that are right.

    ``codes`` holds refusal codes, or ``accepted``. ``kinds`` are the kinds of active content that
    have to be found where nothing is allowed. A ``heavy`` file takes long to make, or is large.
    """

    name: str
    make: Callable[[], bytes]
    codes: frozenset[str]
    kinds: frozenset[str] = frozenset()
    heavy: bool = False


def case(
    name: str,
    make: Callable[[], bytes],
    *codes: str,
    kinds: Iterable[str] = (),
    heavy: bool = False,
) -> Case:
    return Case(name, make, frozenset(codes), frozenset(kinds), heavy)
