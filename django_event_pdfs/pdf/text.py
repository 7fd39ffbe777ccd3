"""Text from untrusted sources, made safe to store and to show."""

import unicodedata

# Cc: controls, NUL among them, which PostgreSQL's jsonb refuses. Cs: lone surrogates, which no
# encoder takes. Cn and Co are left alone: they are harmless.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cs"})

# UAX #9: the marks that reorder what a reader sees ("gpj.exe" shown as "exe.jpg").
_BIDI_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(text: str, limit: int = 300) -> str:
    """Return ``text`` without NUL, controls, bidi marks and lone surrogates.

    NFC-normalised, stripped, and at most ``limit`` characters long. Line breaks and tabs become
    blanks, so that words stay apart.
    """
    # Cut before the loop: a title may be megabytes long. Four times leaves room for what goes.
    spaced = " ".join(text[: limit * 4].split())
    kept = (c for c in spaced if not _is_unsafe(c))
    return unicodedata.normalize("NFC", "".join(kept)).strip()[:limit].rstrip()


def _is_unsafe(character: str) -> bool:
    return character in _BIDI_MARKS or unicodedata.category(character) in _UNSAFE_CATEGORIES
