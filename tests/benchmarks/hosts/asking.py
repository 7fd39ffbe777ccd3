"""Requests to the host in this very process."""

from functools import cache

from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from rest_framework_simplejwt.tokens import AccessToken


def answer(environ, expected="200"):
    """Return the body of the answer to a request."""
    statuses = []
    response = _handler()(environ, lambda status, headers: statuses.append(status))
    body = b"".join(response)
    response.close()
    assert statuses[0].startswith(expected), (statuses, body[:500])
    return body


def bearer(name, **rights):
    """Return the header of a new user."""
    user = get_user_model().objects.create_user(name, **rights)
    return f"Bearer {AccessToken.for_user(user)}"


@cache
def _handler():
    return WSGIHandler()
