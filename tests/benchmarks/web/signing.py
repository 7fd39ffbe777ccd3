"""Signing 200 URLs, in a process of its own; prints the milliseconds of each way and turn."""

import base64
import hmac
import json
import os
import sys
import time
from collections.abc import Callable

import django

TURNS = 30
COUNT = 200


def main() -> None:
    django.setup()

    from django_event_pdfs.naming import new_name

    names = [
        (new_name("events/programmes/", "programme_file"), f"Programme {number}.pdf")
        for number in range(COUNT)
    ]
    ours, bare, s3 = _ours(names), _bare(names), _s3(names)
    # In pairs, so that neither finds the processor's caches full of what a third one did.
    sys.stdout.write(json.dumps({"bare": _in_turns(ours, bare), "s3": _in_turns(ours, s3)}))


def _in_turns(*ways: Callable[[], object]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in ways]
    for turn in range(TURNS + 2):
        for values, sign in zip(taken, ways, strict=True):
            start = time.perf_counter()
            sign()
            if turn > 1:  # The first ones load what is loaded late.
                values.append((time.perf_counter() - start) * 1000)
    return taken


def _ours(names: list[tuple[str, str]]) -> Callable[[], object]:
    from django_event_pdfs.links import get_links

    def sign() -> list[str]:
        make = get_links().maker()
        return [make(name, filename).url for name, filename in names]

    return sign


def _bare(names: list[tuple[str, str]]) -> Callable[[], object]:
    """One HMAC for each, base64 and two strings: nothing is escaped, nothing checked."""
    key, expires = os.urandom(32), 1_800_000_000

    def sign() -> list[str]:
        urls = []
        for name, filename in names:
            text = f"{name}?expires={expires}&filename={filename}"
            digest = hmac.digest(key, text.encode(), "sha256")
            urls.append(f"/media/{text}&signature={base64.urlsafe_b64encode(digest).decode()}")
        return urls

    return sign


def _s3(names: list[tuple[str, str]]) -> Callable[[], object]:
    from storages.backends.s3 import S3Storage

    storage = S3Storage(
        bucket_name="documents", access_key="key", secret_key="secret", region_name="eu-west-3"
    )
    return lambda: [storage.url(name) for name, _filename in names]


if __name__ == "__main__":
    main()
