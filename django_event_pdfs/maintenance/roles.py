"""The group whose members manage events."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet

from django_event_pdfs.models import document_models

ACTIONS = ("add", "change", "delete", "view")


@dataclass(frozen=True, slots=True)
class RolePlan:
    """What :func:`grant` would do: the group, who is in it, and what it lacks."""

    group: str
    exists: bool
    members: tuple[str, ...]
    missing: tuple[str, ...]


def plan(group_name: str) -> RolePlan:
    """Return what the group lacks, by permission (``"events.add_event"``), and its members."""
    group = Group.objects.filter(name=group_name).first()
    present = set(group.permissions.values_list("pk", flat=True)) if group else set()
    missing = [p for p in _permissions() if p.pk not in present]
    return RolePlan(
        group=group_name,
        exists=group is not None,
        members=_members(group) if group else (),
        missing=tuple(f"{p.content_type.app_label}.{p.codename}" for p in missing),
    )


def grant(group_name: str) -> None:
    """Make the group if there is none, and add what it lacks. Nothing is ever removed."""
    with transaction.atomic():
        group, _created = Group.objects.get_or_create(name=group_name)
        group.permissions.add(*_permissions())


def _members(group: Group) -> tuple[str, ...]:
    users = get_user_model()._default_manager.filter(groups=group)
    return tuple(user.get_username() for user in users)


def _permissions() -> QuerySet[Permission]:
    """Return add, change, delete and view of every model with documents."""
    models = document_models()
    codenames = [f"{action}_{m._meta.model_name}" for m in models for action in ACTIONS]
    types = [_content_type(model) for model in models]
    wanted = Permission.objects.filter(content_type__in=types, codename__in=codenames)
    return wanted.select_related("content_type")


def _content_type(model: type[Model]) -> ContentType:
    # Permissions are made after migrate; a project that turned that off has none yet.
    create_permissions(model._meta.app_config, verbosity=0)
    return ContentType.objects.get_for_model(model)
