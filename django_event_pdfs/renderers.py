"""JSON by orjson (extra ``fast``), to the same text as REST framework's renderer."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from rest_framework.renderers import JSONRenderer

from django_event_pdfs.orjson_extra import orjson

# What strings of JavaScript once could not hold; REST framework escapes it.
_SEPARATORS = {"\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}
_FIRST_BYTE = b"\xe2"
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS if orjson else 0
_ATOMS = {str, int, bool, type(None)}


class ORJSONRenderer(JSONRenderer):
    """REST framework's ``JSONRenderer``, several times as fast where orjson is installed.

    Whatever orjson cannot do, or does otherwise, is left to REST framework: indentation, the
    settings ``UNICODE_JSON``, ``COMPACT_JSON`` and ``STRICT_JSON``, keys that are no strings,
    numbers beyond 64 bits. Only floats may be spelt in another way: ``1e16`` for ``1e+16``.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> Any:
        """Return the JSON of ``data`` as bytes."""
        indent = self.get_indent(accepted_media_type or "", renderer_context or {})
        is_usual = indent is None and self.compact and not self.ensure_ascii
        if orjson and is_usual and data is not None:
            text = self._quickly(data)
            if text is not None:
                return text
        return super().render(data, accepted_media_type, renderer_context)

    def _quickly(self, data: Any) -> bytes | None:
        """Return the JSON, None where REST framework has to say what becomes of the data."""
        try:
            text: bytes = orjson.dumps(data, default=self._plain, option=_OPTIONS)
        except orjson.JSONEncodeError:
            return None
        # orjson writes NaN as null. It must be an error, or NaN, as STRICT_JSON says.
        if b"null" in text and not _is_finite(data):
            return None
        if _FIRST_BYTE in text:  # To look for one byte takes a fiftieth of the time.
            for separator, escaped in _SEPARATORS.items():
                text = text.replace(separator, escaped)
        return text

    def _plain(self, value: Any) -> Any:
        """Return what REST framework's encoder makes of a value that JSON has no type for."""
        # What can be read only once must not be read here and be gone when REST framework wants it.
        found = None if isinstance(value, Iterator) else self.encoder_class().default(value)
        if found is None or not _is_finite(found):
            raise TypeError
        return found


def _is_finite(data: Any) -> bool:
    """Return whether there is no float in it that JSON cannot hold."""
    containers: list[Any] = [[data]]
    for container in containers:  # It grows meanwhile.
        for value in container.values() if isinstance(container, dict) else container:
            kind = type(value)
            if kind is float:
                if not isfinite(value):
                    return False
            elif kind not in _ATOMS and isinstance(value, (dict, list, tuple)):
                containers.append(value)
    return True
