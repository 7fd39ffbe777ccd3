"""The language of a refusal, asked of the example project."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.servers.example import Example

ENGLISH = "Authentication credentials were not provided."
FRENCH = "Informations d'authentification non fournies."


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("en", ENGLISH),
        ("fr-CA", FRENCH),
        ("en;q=0.3, fr;q=0.9", FRENCH),
        ("de, fr;q=0.8, en;q=0.1", FRENCH),  # The library has no German.
        ("de", ENGLISH),
    ],
)
def test_a_refusal_is_in_the_best_language_that_there_is(
    example: Example, asked: str, sentence: str
) -> None:
    request = Request(f"{example.origin}/api/events/", headers={"Accept-Language": asked})
    with pytest.raises(HTTPError) as refused:
        urlopen(request, timeout=120)
    body = json.load(refused.value)
    refused.value.close()
    assert body == {"detail": sentence, "codes": {"detail": ["not_authenticated"]}}
