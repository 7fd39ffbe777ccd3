"""Files that nobody should send, and odd ones that anybody may: all made by code."""

from tests.hostile import (
    actions,
    addresses,
    bombs,
    contents,
    counts,
    encryption,
    harmless,
    hidden,
    mangled,
    packs,
    polyglots,
    spam,
    structure,
    tables,
)
from tests.hostile.case import Case

__all__ = ["Case", "cases"]

_THEMES = (
    bombs, packs, tables, structure, counts, spam, polyglots, mangled, encryption, actions, addresses, contents, hidden,
    harmless,
)  # fmt: skip


def cases() -> list[Case]:
    """Return all files of the set; none is made before it is asked for."""
    return [case for theme in _THEMES for case in theme.cases()]
