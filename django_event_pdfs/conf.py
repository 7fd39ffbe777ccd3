"""The settings, read in this module only and only when they are used.

One dict, ``EVENT_PDFS``; every key is optional. Reading late lets ``override_settings`` work.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings

MEBIBYTE = 1024 * 1024

READ_ACCESS = ("public", "authenticated", "permission")
ISOLATE = ("damaged", "always")

_T = TypeVar("_T")


def whole_setting() -> Any:
    """Return ``EVENT_PDFS`` as the project wrote it, which may be anything."""
    return getattr(settings, "EVENT_PDFS", {})


def written(key: str, default: Any = None) -> Any:
    """Return what the project wrote under a key; nothing stands in a setting that is no dict."""
    setting = whole_setting()
    return setting.get(key, default) if isinstance(setting, Mapping) else default


class Conf:
    """One property per setting, with its default on the line."""

    @property
    def event_model(self) -> str:
        """``"app.Model"`` behind the bundled viewset; empty: the only model with a PDFField."""
        return self._get("EVENT_MODEL", "")

    @property
    def storage(self) -> str:
        """Alias in ``STORAGES`` of the storage that keeps the documents."""
        aliases = settings.STORAGES if isinstance(settings.STORAGES, Mapping) else ()
        return self._get("STORAGE", "event_pdfs" if "event_pdfs" in aliases else "default")

    @property
    def max_size(self) -> int:
        """Bytes a document may have."""
        return self._get("MAX_SIZE", 10 * MEBIBYTE)

    @property
    def max_pages(self) -> int:
        """Pages a document may have."""
        return self._get("MAX_PAGES", 2_000)

    @property
    def max_objects(self) -> int:
        """PDF objects a document may have."""
        return self._get("MAX_OBJECTS", 300_000)

    @property
    def allow(self) -> Collection[str]:
        """Kinds of active content that a document may have."""
        return self._get("ALLOW", frozenset())

    @property
    def inspection(self) -> Mapping[str, Any]:
        """How uploads are inspected: ``concurrency``, ``wait`` (a duration) and ``isolate``."""
        return self._merged("INSPECTION", {"concurrency": 2, "wait": 10, "isolate": "damaged"})

    @property
    def scanner(self) -> Mapping[str, Any]:
        """The virus scanner: ``{"BACKEND": dotted path, "OPTIONS": {...}}``; empty: none."""
        return self._get("SCANNER", {})

    @property
    def links(self) -> Mapping[str, Any]:
        """The link maker: ``{"BACKEND": dotted path, "OPTIONS": {...}}``."""
        return self._merged("LINKS", {"BACKEND": "django_event_pdfs.links.SignedLinks"})

    @property
    def delivery(self) -> Mapping[str, Any]:
        """The delivery backend: ``{"BACKEND": dotted path, "OPTIONS": {...}}``."""
        # It streams what the storage signs no URLs for.
        backend = "django_event_pdfs.delivery.RedirectDelivery"
        return self._merged("DELIVERY", {"BACKEND": backend})

    @property
    def read_access(self) -> str:
        """Who may read: ``"public"``, ``"authenticated"`` or ``"permission"``."""
        return self._get("READ_ACCESS", "authenticated")

    @property
    def keep_replaced(self) -> timedelta | int:
        """How long the file of a replaced document stays readable; 0: it goes at once."""
        return self._get("KEEP_REPLACED", 0)

    @property
    def holders(self) -> Collection[str]:
        """Columns besides file fields that name files: ``"app.Model.field"``."""
        return self._get("HOLDERS", ())

    @property
    def manager_group(self) -> str:
        """Name of the group that ``event_pdfs roles`` makes."""
        return self._get("MANAGER_GROUP", "gestionnaires")

    @staticmethod
    def _get(key: str, default: _T) -> _T:
        value: _T = written(key, default)
        return value

    @staticmethod
    def _merged(key: str, default: Mapping[str, Any]) -> Mapping[str, Any]:
        changes = written(key)
        return {**default, **changes} if isinstance(changes, Mapping) else default


conf = Conf()
KEYS = tuple(key.upper() for key, value in vars(Conf).items() if isinstance(value, property))


def seconds(duration: timedelta | int) -> int:
    """Return a duration from the settings, a ``timedelta`` or whole seconds, in seconds."""
    return int(duration.total_seconds()) if isinstance(duration, timedelta) else duration
