"""Checks of ``EVENT_PDFS``, one for each setting that cannot be read as it is."""

from collections.abc import Mapping
from typing import Any

from django.core import checks
from django.db.models import CharField, FileField, FilePathField, TextField

from django_event_pdfs.checks.fields import every_document_field
from django_event_pdfs.checks.values import closest, is_duration, is_list, is_whole
from django_event_pdfs.conf import ISOLATE, KEYS, READ_ACCESS, conf, whole_setting, written
from django_event_pdfs.holders import holder_field
from django_event_pdfs.pdf import ACTIVE_CONTENT
from django_event_pdfs.validators import NEVER_ALLOWED

Messages = list[checks.CheckMessage]


def check_is_dict(app_configs: Any, **kwargs: Any) -> Messages:
    """E010: ``EVENT_PDFS`` is no dict. Every default applies then."""
    if isinstance(whole_setting(), Mapping):
        return []
    return [
        checks.Error(
            f"EVENT_PDFS is {whole_setting()!r}, which is no dict.",
            hint="Write EVENT_PDFS = {}, or leave it out.",
            id="event_pdfs.E010",
        )
    ]


def check_keys(app_configs: Any, **kwargs: Any) -> Messages:
    """E011: a key that is no setting, and has no effect."""
    setting = whole_setting()
    return [
        checks.Error(
            f"EVENT_PDFS has no key {key!r}.",
            hint=closest(key, KEYS),
            id="event_pdfs.E011",
        )
        for key in (setting if isinstance(setting, Mapping) else ())
        if key not in KEYS
    ]


def check_read_access(app_configs: Any, **kwargs: Any) -> Messages:
    """E006: a READ_ACCESS that is none of the three. Reading then asks for a permission."""
    if conf.read_access in READ_ACCESS:
        return []
    return [
        checks.Error(
            f"EVENT_PDFS['READ_ACCESS'] is {conf.read_access!r}.",
            hint=f"Write one of {', '.join(map(repr, READ_ACCESS))}.",
            id="event_pdfs.E006",
        )
    ]


def check_allow(app_configs: Any, **kwargs: Any) -> Messages:
    """E007: active content allowed, here or by a field, of a kind that there is not."""
    settings: list[tuple[str, Any, Any]] = [("EVENT_PDFS['ALLOW']", conf.allow, None)]
    settings += [(f"{f}: allow", f.allow, f) for f in every_document_field() if f.allow is not None]
    return [
        checks.Error(
            f"{name} contains {', '.join(map(repr, unknown))}.",
            hint=f"Write a list of some of {', '.join(sorted(_ALLOWABLE))}.",
            obj=field,
            id="event_pdfs.E007",
        )
        for name, kinds, field in settings
        if (unknown := [k for k in kinds if not _is_allowable(k)] if is_list(kinds) else [kinds])
    ]


def check_inspection(app_configs: Any, **kwargs: Any) -> Messages:
    """E008: an INSPECTION that cannot be followed."""
    setting = written("INSPECTION", {})
    wrong = (
        [(f"[{key!r}]", value, _inspection_hint(key, value)) for key, value in setting.items()]
        if isinstance(setting, Mapping)
        else [("", setting, 'Write a dict: {"concurrency": 2, "wait": 10, "isolate": "damaged"}.')]
    )
    return [
        checks.Error(
            f"EVENT_PDFS['INSPECTION']{key} is {value!r}.", hint=hint, id="event_pdfs.E008"
        )
        for key, value, hint in wrong
        if hint
    ]


def check_limits(app_configs: Any, **kwargs: Any) -> Messages:
    """E012: a limit, here or of a field, that is no whole number. Uploads would fail."""
    limits: list[tuple[str, Any, Any]] = [
        (f"EVENT_PDFS['{key}']", getattr(conf, key.lower()), None)
        for key in ("MAX_SIZE", "MAX_PAGES", "MAX_OBJECTS")
    ]
    limits += [
        (f"{f}: max_size", f.max_size, f) for f in every_document_field() if f.max_size is not None
    ]
    return [
        checks.Error(
            f"{name} is {value!r}.",
            hint="Write a whole number, 1 or more; of bytes where it is a size: 10 * 1024 * 1024.",
            obj=field,
            id="event_pdfs.E012",
        )
        for name, value, field in limits
        if not is_whole(value, 1)
    ]


def check_texts(app_configs: Any, **kwargs: Any) -> Messages:
    """E013: a name that is no text."""
    return [
        checks.Error(
            f"EVENT_PDFS['{key}'] is {value!r}.", hint=f"Write {example}.", id="event_pdfs.E013"
        )
        for key, example in _TEXTS.items()
        # An empty EVENT_MODEL is its default; a group or an alias always has a name.
        if not isinstance(value := getattr(conf, key.lower()), str)
        or (key != "EVENT_MODEL" and not value.strip())
    ]


def check_keep_replaced(app_configs: Any, **kwargs: Any) -> Messages:
    """E014: a KEEP_REPLACED that is no duration."""
    if is_duration(conf.keep_replaced):
        return []
    return [
        checks.Error(
            f"EVENT_PDFS['KEEP_REPLACED'] is {conf.keep_replaced!r}.",
            hint="Write a timedelta, or whole seconds, 0 or more.",
            id="event_pdfs.E014",
        )
    ]


def check_holders(app_configs: Any, **kwargs: Any) -> Messages:
    """E015: HOLDERS that cannot be asked. No file would ever be removed."""
    given = conf.holders
    return [
        checks.Error(
            f"EVENT_PDFS['HOLDERS'] {problem}",
            hint='Write a list of columns of text: ["events.HistoricalEvent.programme_file"].',
            id="event_pdfs.E015",
        )
        for problem in (
            map(_holder_problem, given) if is_list(given) else [f"is {given!r}, which is no list."]
        )
        if problem
    ]


_ALLOWABLE = ACTIVE_CONTENT.keys() - NEVER_ALLOWED

_TEXTS = {
    "EVENT_MODEL": '"app.Model"',
    "STORAGE": "an alias in STORAGES",
    "MANAGER_GROUP": "the name of a group",
}


def _is_allowable(kind: Any) -> bool:
    return isinstance(kind, str) and kind in _ALLOWABLE


def _inspection_hint(key: Any, value: Any) -> str:
    """Return what to write instead of a value; nothing where it is right."""
    match key:
        case "concurrency":
            return "" if is_whole(value, 1) else "Write a whole number, 1 or more."
        case "wait":
            return "" if is_duration(value) else "Write a timedelta, or whole seconds."
        case "isolate":
            return "" if value in ISOLATE else f"Write one of {', '.join(map(repr, ISOLATE))}."
    return "There is no such key. Write concurrency, wait or isolate."


def _holder_problem(path: Any) -> str:
    if not isinstance(path, str):
        return f"has {path!r}, which is no text."
    try:
        field: Any = holder_field(path)
    except (LookupError, ValueError) as error:
        return f"has {path!r}, which is no field: {error}"
    texts = (CharField, TextField, FileField, FilePathField)
    return "" if isinstance(field, texts) else f"has {path!r}, which is no column of text."
