"""Fixtures that most tests share."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import set_urlconf
from rest_framework.test import APIClient

from django_event_pdfs.links import signed
from django_event_pdfs.rollback import _unsettled
from django_event_pdfs.testing import MemoryStorage, make_pdf
from tests.patience import be_patient
from tests.testapp.models import Event

be_patient()


@pytest.fixture(autouse=True)
def storage(settings: Any) -> MemoryStorage:
    """Give each test a storage of its own, empty."""
    settings.STORAGES = {**settings.STORAGES}  # A new dict makes Django build new storages.
    return storages["default"]  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def _urls_of_settings() -> Iterator[None]:
    """Forget the URLs of a request that had its own: Django keeps them until the next request."""
    yield
    set_urlconf(None)


@pytest.fixture(autouse=True)
def _nothing_unsettled() -> Iterator[None]:
    """Forget what a test rolled back: a later one may have no database that could be asked."""
    yield
    _unsettled.files.clear()


class _ClockOfLinks:
    """A clock that is late, so that a test begins when a window of links does."""

    def __init__(self) -> None:
        self._late = time.time() % (5 * signed.MINUTE)  # They divide all windows.

    def time(self) -> float:
        return time.time() - self._late


@pytest.fixture(autouse=True)
def _one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no window end in the midst of a test, for then the same link has another text."""
    monkeypatch.setattr(signed, "time", _ClockOfLinks())


@pytest.fixture
def pdf() -> SimpleUploadedFile:
    return upload()


def upload(name: str = "Programme 2026.pdf", **options: Any) -> SimpleUploadedFile:
    """Return an upload of a fresh PDF; ``options`` are those of ``make_pdf``."""
    return SimpleUploadedFile(name, make_pdf(**options), "application/pdf")


@pytest.fixture
def event(db: None) -> Event:
    return Event.objects.create(name="Tech Summit", start_date="2026-12-01T09:00:00Z")


@pytest.fixture
def full(event: Event) -> Event:
    """Return an event with a programme."""
    event.programme_file = upload()
    event.save()
    return event


@pytest.fixture
def user(db: None) -> Any:
    """Return a user without any permission, to be given some."""
    return get_user_model().objects.create_user("user", password="x")


@pytest.fixture
def manager(db: None) -> Any:
    """Return a user who may do everything with every test model, by plain permissions."""
    user = get_user_model().objects.create_user("manager", password="x")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="testapp"))
    return user


@pytest.fixture
def participant(db: None) -> Any:
    return get_user_model().objects.create_user("participant", password="x")


@pytest.fixture
def api(manager: Any) -> APIClient:
    """Return a client signed in as the manager."""
    client = APIClient()
    client.force_authenticate(manager)
    return client


@pytest.fixture
def reader(participant: Any) -> APIClient:
    """Return a client signed in as a participant."""
    client = APIClient()
    client.force_authenticate(participant)
    return client
