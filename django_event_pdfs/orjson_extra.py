"""orjson, where the extra ``fast`` has brought it."""

import json
from collections.abc import Callable
from typing import Any

__all__ = ["loads", "orjson"]

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]

#: Reads JSON as ``json.loads`` does, but for numbers that no document has facts of.
loads: Callable[[str | bytes], Any] = orjson.loads if orjson else json.loads
