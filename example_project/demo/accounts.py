"""The two people of the demo, and the group of those who manage events."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from django_event_pdfs.maintenance import roles


@dataclass(frozen=True)
class Account:
    """A demo user; whoever is in `group` may also enter the admin."""

    username: str
    password: str
    may: str
    group: str = ""


GESTIONNAIRE = Account(
    "gestionnaire",
    "gestionnaire-demo",
    "reads, creates, changes and deletes",
    group="gestionnaires",
)
PARTICIPANT = Account("participant", "participant-demo", "reads")
ACCOUNTS = (GESTIONNAIRE, PARTICIPANT)


@transaction.atomic
def add_accounts() -> None:
    """Create the group and the accounts that are missing; what exists stays as it is."""
    if not roles.plan(GESTIONNAIRE.group).exists:
        roles.grant(GESTIONNAIRE.group)  # what `manage.py event_pdfs roles` does
    for account in ACCOUNTS:
        add_account(account)


def add_account(account: Account) -> None:
    """Create one account unless the name is taken."""
    user, is_new = get_user_model().objects.get_or_create(
        username=account.username, defaults={"is_staff": bool(account.group)}
    )
    if not is_new:
        return
    user.set_password(account.password)
    user.save()
    if account.group:
        user.groups.add(Group.objects.get(name=account.group))


def working_password(account: Account, otherwise: str) -> str:
    """Return the account's password, or `otherwise` when somebody has changed it."""
    user = get_user_model().objects.get(username=account.username)
    return account.password if user.check_password(account.password) else otherwise
