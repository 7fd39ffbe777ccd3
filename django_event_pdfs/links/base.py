"""What every link maker can do."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A URL (a path, or absolute) and when it stops working (aware; None: never)."""

    url: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a link says once it proved genuine.

    ``max_age`` is how many seconds it is still good for: 0 when it has expired, None for ever.
    ``filename`` is None where the link names none.
    """

    filename: str | None
    max_age: int | None

    @property
    def expired(self) -> bool:
        return self.max_age == 0


#: Makes a link to a name, which offers the document as a filename: ``make(name, filename)``.
MakeLink = Callable[[str, str], Link]


class BaseLinks(ABC):
    """Makes links to names in storage and recognises them. ``OPTIONS`` arrive as keywords."""

    #: Every parameter that a link may have. Our view takes off others that were added to a genuine
    #: link, by a redirect; where this is empty, it takes them for a forgery.
    parameters: frozenset[str] = frozenset()

    @abstractmethod
    def make(self, name: str, filename: str = "") -> Link:
        """Return a link to ``name`` that offers the document as ``filename``.

        Raises:
            LinkUnavailable: no link can be made, for lack of a mount, say.
        """

    def maker(self) -> MakeLink:
        """Return :meth:`make` for the many links of one answer.

        What they have in common, such as the key and the expiry, may be worked out once. So it is
        for one answer only.
        """
        return self.make

    def make_download(self, name: str, filename: str = "") -> Link:
        """Return a link whose document browsers save instead of showing it.

        Raises:
            LinkUnavailable: as :meth:`make`.
        """
        link = self.make(name, filename)
        return replace(link, url=f"{link.url}{'&' if '?' in link.url else '?'}download=1")

    @abstractmethod
    def name_of(self, url: str) -> str | None:
        """Return the name that a genuine link opens, expired or not; None for any other text."""

    @abstractmethod
    def verify(self, name: str, query: Mapping[str, list[str]]) -> Verdict | None:
        """Judge a request for ``name`` by its query parameters; None when it is forged."""
