"""Names: random ones in storage, clean ones for people."""

import re
import secrets
import unicodedata

from django_event_pdfs.pdf import clean_text

# 26 characters of 5 bits: 130 bits, as unguessable as a UUID, and one case only, so that a
# storage that folds case cannot make two names one.
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_RANDOM_LENGTH = 26
_CHOSEN_NAME = re.compile(rf"_([{_ALPHABET}]{{{_RANDOM_LENGTH}}})\.pdf\Z")

FILENAME_BYTES = 200


def document_stem(field_name: str) -> str:
    """Return ``"programme"`` for a field called ``programme_file``."""
    return field_name.removesuffix("_file")


def new_name(folder: str, field_name: str) -> str:
    """Return a name in storage that was never used and cannot be guessed."""
    random_part = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return f"{folder}{document_stem(field_name)}_{random_part}.pdf"


def random_part(name: str) -> str | None:
    """Return the random part of a name that :func:`new_name` chose, None for any other.

    Such names are never reused, so this part names the bytes too: it is their strong ETag.
    """
    match = _CHOSEN_NAME.search(name)
    return match and match[1]


def clean_filename(name: str, default: str) -> str:
    """Return a filename as people may see it: one path segment, NFC, at most 200 UTF-8 bytes.

    Controls and bidi marks go, the extension survives the cut, and ``default`` stands in where
    nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    # Not cut yet, or the extension would go: NFC makes text three times as long at most.
    cleaned = clean_text(last, limit=len(last) * 3).strip(". ")
    stem, dot, extension = cleaned.rpartition(".")
    if not dot or len(extension) > 10:
        stem, extension = cleaned, ""
    suffix = dot + extension if extension else ""
    return _cut(stem, FILENAME_BYTES - len(suffix.encode())) + suffix if stem else default


def _cut(text: str, size: int) -> str:
    """Cut at ``size`` UTF-8 bytes, on a character boundary and before a combining mark."""
    if len(text.encode()) <= size:
        return text
    end = len(text.encode()[:size].decode(errors="ignore"))
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[:end]
