"""Recipes that need not be made anew for a response, for nothing could make its fields differ.

REST framework makes all fields of a serializer for each response, in a fifth of the time that it
takes to answer for one event. A serializer class of which a host wrote the ``Meta`` and declared
simple fields, and no code that could choose among them, has the same ones each time.
"""

from typing import Any

from django.core.signals import setting_changed
from rest_framework.serializers import ModelSerializer

from django_event_pdfs.plans import Recipe, is_simple

# What a class may say without a say in what is read.
_HARMLESS = {"Meta", "_declared_fields", "create", "update", "validate"}
_TELLING = {"__init__", "__new__", "__getattr__", "__getattribute__", "__iter__"}
_OURS = f"{__package__}."

_MOST = 500  # classes: a host may make one for each request
_made: dict[Any, Recipe | None] = {}


def standing_recipe(serializer: Any) -> Recipe | None:
    """Return the recipe of all serializers of a class; None where each has fields of its own.

    Its fields belong to no response and know no request: nothing but simple values, and documents
    of the row itself, may be represented by them.
    """
    if "fields" in vars(serializer):
        return None  # They were looked at, and perhaps changed.
    kind, meta = type(serializer), serializer.Meta
    chosen = (getattr(meta, name, None) for name in ("fields", "exclude", "depth"))
    key = (kind, meta.model, *(tuple(c) if isinstance(c, list) else c for c in chosen))
    try:
        return _made[key]
    except KeyError:
        recipe = _standing(kind) if _is_plain(kind) else None
    if len(_made) >= _MOST:
        _made.clear()
    _made[key] = recipe  # Another thread may forget it at once, so it is not looked up again.
    return recipe


def _standing(kind: type[Any]) -> Recipe | None:
    fields = list(kind()._readable_fields)
    model = kind.Meta.model
    return Recipe(model, fields) if all(is_simple(field, model) for field in fields) else None


def _is_plain(kind: type[Any]) -> bool:
    """Return whether classes of a host's say nothing of what is read, but in ``Meta``."""
    before = kind.__mro__[: kind.__mro__.index(ModelSerializer)]
    theirs = (part for part in before if not part.__module__.startswith(_OURS))
    return all(_is_harmless(name) for part in theirs for name in vars(part))


def _is_harmless(name: str) -> bool:
    described = name.startswith("__") and name not in _TELLING
    return described or name in _HARMLESS or name.startswith(("validate_", "_abc_"))


def _forget(**kwargs: Any) -> None:
    _made.clear()


setting_changed.connect(_forget, dispatch_uid=__name__)
