"""Where the host mounted our views: found in its URLconf, never guessed from settings.

The URLconf is walked once per resolver. ``reverse`` alone would not do: the host may have put our
patterns under a namespace of its own, and the permalink belongs to whatever viewset it wrote.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from django.db.models import Model
from django.http import HttpRequest
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    URLPattern,
    URLResolver,
    get_resolver,
    get_script_prefix,
    get_urlconf,
    resolve,
    reverse,
)
from django.utils.encoding import escape_uri_path
from django.utils.translation import get_language, get_language_from_path, override

FILE_URL_NAME = "event-document"


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a view: its name with namespaces, and every parameter on the way."""

    name: str
    parameters: frozenset[str]
    pattern: URLPattern

    @property
    def callback(self) -> Any:
        return self.pattern.callback


def file_mount(name: str) -> str | None:
    """Return the path under which ``file_urls`` serves ``name``, with a slash at its end.

    None where the host has not mounted it, or mounted it below a prefix with parameters, which a
    link has no values for.
    """
    mount = _file_mount(get_resolver(get_urlconf()), name.rpartition("/")[0], get_language())
    return None if mount is None else escape_uri_path(get_script_prefix() + mount)


def mounted_name(path: str) -> str | None:
    """Return the name that our view would serve at an unquoted URL path, None for other paths."""
    match = match_path(path)
    return match.kwargs.get("name") if match and match.url_name == FILE_URL_NAME else None


def match_path(path: str) -> ResolverMatch | None:
    """Return what the URLconf has at an unquoted URL path, None where it has nothing."""
    prefix = get_script_prefix()
    if not path.startswith(prefix):
        return None
    return match_path_info("/" + path.removeprefix(prefix))


def match_path_info(path: str) -> ResolverMatch | None:
    """Return the same for a path below the one at which the host's site is mounted."""
    try:
        # i18n_patterns match the active language only, and the URL may be of another.
        with override(get_language_from_path(path)):
            return resolve(path)
    except Resolver404:
        return None


def permalink(event: Model, field_name: str, request: HttpRequest | None = None) -> str | None:
    """Return the path of a document's own API address, None where no viewset serves it.

    Where several do, the one in the namespace of ``request`` is taken; parameters of its prefix
    (a version, a tenant) are those of ``request``.
    """
    return next((address for _, address in _permalinks(event, field_name, request)), None)


def permalink_route(
    event: Model, field_name: str, request: HttpRequest | None = None
) -> Route | None:
    """Return the route of :func:`permalink`."""
    return next((route for route, _ in _permalinks(event, field_name, request)), None)


def is_found_by_key(route: Route, event: Model) -> bool:
    """Return whether a permalink differs from that of another event by the primary key alone.

    And whether it holds the key as text: a converter of the host's may write it in another way.
    """
    view, pattern = route.callback.cls, route.pattern.pattern
    parameter = view.lookup_url_kwarg or view.lookup_field
    converter = getattr(pattern, "converters", {}).get(parameter)
    writes_text = converter is None or type(converter).__module__ == "django.urls.converters"
    is_key = view.lookup_field in ("pk", event._meta.pk.attname)
    return is_key and writes_text and parameter in set(_parameters(route.pattern))


def _permalinks(
    event: Model, field_name: str, request: HttpRequest | None
) -> Iterator[tuple[Route, str]]:
    match = getattr(request, "resolver_match", None)
    given = match.kwargs if match else {}
    namespace = match.namespace if match else ""
    routes = _document_routes(get_resolver(get_urlconf()), type(event), field_name)
    for route in sorted(routes, key=lambda r: r.name.rpartition(":")[0] != namespace):
        address = _address(route, _arguments(route, event, given))
        if address is not None:
            yield route, address


def upload_path() -> str | None:
    """Return the path at which a viewset takes new events, None where no URL without values does.

    Where several do, the first in the URLconf.
    """
    for route in _routes(get_resolver(get_urlconf())):
        view, actions = getattr(route.callback, "cls", None), getattr(route.callback, "actions", {})
        if "post" in (actions or {}) and hasattr(view, "get_document_model"):
            with suppress(NoReverseMatch):
                return reverse(route.name)
    return None


def document_views() -> Iterator[tuple[type[Any], str]]:
    """Yield (viewset class, name of the document's field) for every permalink in the URLconf."""
    for route in _routes(get_resolver(get_urlconf())):
        initkwargs = getattr(route.callback, "initkwargs", {})
        if initkwargs.get("document_field"):
            yield route.callback.cls, initkwargs["document_field"]


def view_classes() -> set[type[Any]]:
    """Return the class of every class-based REST view in the URLconf."""
    routes = _routes(get_resolver(get_urlconf()))
    callbacks = (route.callback for route in routes)
    return {callback.cls for callback in callbacks if hasattr(callback, "cls")}


def _address(route: Route, arguments: Mapping[str, Any]) -> str | None:
    if None in arguments.values():  # A lookup by a column that is empty here.
        return None
    try:
        return reverse(route.name, kwargs=dict(arguments))
    except NoReverseMatch:
        return None


def _arguments(route: Route, event: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what leads to ``event`` on ``route``; ``given`` are the values of its prefix."""
    view = route.callback.cls
    value: Any = event
    for part in view.lookup_field.split("__"):
        value = getattr(value, part, None)
    prefix = {key: given[key] for key in route.parameters & given.keys()}
    return {**prefix, view.lookup_url_kwarg or view.lookup_field: value}


@lru_cache(maxsize=256)
def _file_mount(resolver: URLResolver, folder: str, language: str | None) -> str | None:
    """Return the mount, unquoted, without the script prefix, which differs between requests."""
    probe = f"{folder}/probe.pdf" if folder else "probe.pdf"
    for route in _routes(resolver):
        if route.pattern.name == FILE_URL_NAME:
            try:
                path = unquote(reverse(route.name, kwargs={"name": probe}))
            except NoReverseMatch:
                continue
            return path.removeprefix(get_script_prefix()).removesuffix(probe)
    return None


@lru_cache(maxsize=256)
def _document_routes(
    resolver: URLResolver, model: type[Model], field_name: str
) -> tuple[Route, ...]:
    return tuple(
        route
        for route in _routes(resolver)
        if getattr(route.callback, "initkwargs", {}).get("document_field") == field_name
        and issubclass(model, route.callback.cls.get_document_model()._meta.concrete_model)
        and "get" in route.callback.actions
    )


@lru_cache(maxsize=8)
def _routes(resolver: URLResolver) -> tuple[Route, ...]:
    return tuple(_walk(resolver, (), frozenset()))


def _walk(
    resolver: URLResolver, namespaces: tuple[str, ...], parameters: frozenset[str]
) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        here = parameters | frozenset(_parameters(pattern))
        if isinstance(pattern, URLResolver):
            below = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern, below, here)
        elif pattern.name:
            yield Route(":".join((*namespaces, pattern.name)), here, pattern)


def _parameters(pattern: URLPattern | URLResolver) -> Iterator[str]:
    yield from getattr(pattern.pattern, "converters", {})
    yield from pattern.pattern.regex.groupindex
