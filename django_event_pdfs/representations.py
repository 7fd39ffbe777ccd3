"""What fields of REST framework make of values, without asking anew for each row.

A field that REST framework represents simply is told by the type of its values and by a function,
which makes of such a value the same text as ``to_representation``. Values of any other type, and
any other field, are left to the field itself.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from rest_framework import ISO_8601, fields
from rest_framework.settings import api_settings


@dataclass(frozen=True, slots=True)
class Simply:
    """How values of exactly the type ``kind`` are represented; ``convert`` is None where as is."""

    kind: type
    convert: Callable[[Any], Any] | None = None


def simply(field: Any) -> Simply | None:
    """Return how a field represents most of its values, None where it has to be asked itself."""
    own = "to_representation" in vars(field)
    find = None if own else _KNOWN.get(type(field).to_representation)
    return find(field) if find else None


def _big_integer(field: Any) -> Simply | None:
    as_text = getattr(field, "coerce_to_string", api_settings.COERCE_BIGINT_TO_STRING)
    return Simply(int, str if as_text else None)


def _uuid(field: Any) -> Simply | None:
    return Simply(UUID, str) if field.uuid_format == "hex_verbose" else None


def _date(field: Any) -> Simply | None:
    return Simply(date, date.isoformat) if _is_iso(field, "DATE_FORMAT") else None


def _time(field: Any) -> Simply | None:
    return Simply(time, time.isoformat) if _is_iso(field, "TIME_FORMAT") else None


def _datetime(field: Any) -> Simply | None:
    is_plain = type(field).enforce_timezone is fields.DateTimeField.enforce_timezone
    if not is_plain or not _is_iso(field, "DATETIME_FORMAT"):
        return None
    zone = field.timezone if hasattr(field, "timezone") else field.default_timezone()
    if zone is None:
        return None

    is_hashable = isinstance(zone, Hashable)  # Some of dateutil's are not.
    texts = _texts_in(zone) if is_hashable else partial(_text_in, zone)

    def convert(value: datetime) -> Any:
        try:
            # So databases give them. In other zones two moments may be equal and differ (PEP 495).
            if value.tzinfo is UTC:
                return texts(value)
            if value.utcoffset() is not None:
                return _text_in(zone, value)
        except OverflowError:
            pass
        return field.to_representation(value)

    return Simply(datetime, convert)


def _text_in(zone: tzinfo, value: datetime) -> str:
    text = value.astimezone(zone).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


@lru_cache(maxsize=8)
def _texts_in(zone: tzinfo) -> Callable[[datetime], str]:
    """Return what writes moments of UTC in a zone, and remembers the last of them, some 1 MB.

    A page of events is read by thousands, and its dates are the same for all of them.
    """
    return lru_cache(maxsize=4096)(partial(_text_in, zone))


def _is_iso(field: Any, setting: str) -> bool:
    wanted = getattr(field, "format", getattr(api_settings, setting))
    return isinstance(wanted, str) and wanted.lower() == ISO_8601


# By the function, so that it holds for subclasses that leave it as it is.
_KNOWN: dict[Any, Callable[[Any], Simply | None]] = {
    fields.CharField.to_representation: lambda field: Simply(str),
    fields.IntegerField.to_representation: lambda field: Simply(int),
    fields.FloatField.to_representation: lambda field: Simply(float),
    fields.BooleanField.to_representation: lambda field: Simply(bool),
    fields.UUIDField.to_representation: _uuid,
    fields.DateField.to_representation: _date,
    fields.TimeField.to_representation: _time,
    fields.DateTimeField.to_representation: _datetime,
}
if hasattr(fields, "BigIntegerField"):  # REST framework 3.15 has none.
    _KNOWN[fields.BigIntegerField.to_representation] = _big_integer
