"""Signatures: HMAC-SHA256 under a key of their own."""

import base64
import hashlib
import hmac
from typing import Any

import pytest

from django_event_pdfs.links.signatures import Signer, is_signature, signer

DERIVATION = b"django_event_pdfs.links.SignedLinks"


@pytest.mark.parametrize("secret", ["secret", "é" * 100, b"\xff bytes", ""])
@pytest.mark.parametrize("text", ["", "a", "議程 2026", "x" * 10_000])
def test_a_signature_is_the_hmac_of_the_standard_library(secret: str | bytes, text: str) -> None:
    secret_bytes = secret.encode() if isinstance(secret, str) else secret
    key = hmac.digest(secret_bytes, DERIVATION, hashlib.sha256)
    expected = base64.urlsafe_b64encode(hmac.digest(key, text.encode(), hashlib.sha256))
    assert Signer(secret).sign(text) == expected.rstrip(b"=").decode()


def test_a_signer_signs_the_same_again() -> None:
    made = Signer("secret")
    assert made.sign("a") == made.sign("a") != made.sign("b")


def test_the_key_is_that_of_the_settings_right_now(settings: Any) -> None:
    settings.SECRET_KEY = "first"
    first = signer().sign("a")
    settings.SECRET_KEY = "second"
    assert signer().sign("a") == Signer("second").sign("a") != first
    assert not is_signature(first, "a")
    settings.SECRET_KEY_FALLBACKS = ["first"]
    assert is_signature(first, "a")
