"""The page tree (ISO 32000-2, 7.7.3), counted without trusting it."""

from typing import Any


class TooManyPages(Exception):
    """There are more than are worth counting. The argument: how many there are said to be."""


def count_pages(pdf: Any, limit: int, *, whole: bool = False) -> int:
    """Return the number of leaves of the page tree of a ``pikepdf.Pdf``.

    Not by ``len(pdf.pages)``, which copies each page that is listed twice: an array of references
    to one page would take gigabytes. With ``whole``, every page that the file speaks of must be
    there with its contents, as it need not be in a file that was mended.

    Raises:
        TooManyPages: there are more than ``limit``.
        TypeError: a node is missing, or is no dictionary.
        ValueError: the tree loops, or a page is missing.
    """
    import pikepdf

    root = pdf.Root.Pages
    stated = count if isinstance(count := root.get("/Count"), int) else 0
    pages, left, seen = 0, [root], set()
    while left:
        node = left.pop()
        if "/Kids" in node:
            if node.is_indirect and node.objgen in seen:
                raise ValueError("The page tree is no tree.")
            seen.add(node.objgen)
            kids = node.Kids
            if pages + len(left) + len(kids) > limit:
                raise TooManyPages(max(stated, limit + 1))
            left.extend(kids)
        elif node.get("/Type") != pikepdf.Name.Pages:
            pages += 1
            if whole and _lacks_contents(node):
                raise ValueError("A page has lost its contents.")
    if whole and stated > pages:
        raise ValueError("Pages are missing.")
    return pages


def _lacks_contents(page: Any) -> bool:
    """Return whether a page refers to contents (7.7.3.3) that are not there."""
    contents = page.get("/Contents")
    if contents is None:
        # A reference to nothing reads as no key at all, except among the items.
        return any(key == "/Contents" for key, _ in page.items())
    import pikepdf

    return isinstance(contents, pikepdf.Array) and any(part is None for part in contents)
