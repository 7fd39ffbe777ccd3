"""Signing 200 URLs, in a process of its own; prints the milliseconds of each way and turn."""

import base64
import hmac
import json
import os
import sys
import time
from collections.abc import Callable
from functools import cache

import django

TURNS = 30
COUNT = 200

Names = list[tuple[str, str]]  # of files in storage, and what they are offered as
Sign = Callable[[Names], object]


def main() -> None:
    django.setup()

    ours, bare, s3 = _ours(), _bare(), _s3()
    # In pairs, so that neither finds the processor's caches full of what a third one did. Other
    # names each time, and the same ones each time: links that were made once are remembered.
    found = {
        "bare": _in_turns(_names, ours, bare),
        "s3": _in_turns(_names, ours, s3),
        "s3 again": _in_turns(cache(_names), ours, s3),
    }
    sys.stdout.write(json.dumps(found))


def _in_turns(choose: Callable[[], Names], *ways: Sign) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in ways]
    for turn in range(TURNS + 2):
        names = choose()
        for values, sign in zip(taken, ways, strict=True):
            start = time.perf_counter()
            sign(names)
            if turn > 1:  # The first ones load what is loaded late.
                values.append((time.perf_counter() - start) * 1000)
    return taken


def _names() -> Names:
    from django_event_pdfs.naming import new_name

    return [
        (new_name("events/programmes/", "programme_file"), f"Programme {number}.pdf")
        for number in range(COUNT)
    ]


def _ours() -> Sign:
    from django_event_pdfs.links import get_links

    def sign(names: Names) -> list[str]:
        make = get_links().maker()
        return [make(name, filename).url for name, filename in names]

    return sign


def _bare() -> Sign:
    """One HMAC for each, base64 and two strings: nothing is escaped, nothing checked."""
    key, expires = os.urandom(32), 1_800_000_000

    def sign(names: Names) -> list[str]:
        urls = []
        for name, filename in names:
            text = f"{name}?expires={expires}&filename={filename}"
            digest = hmac.digest(key, text.encode(), "sha256")
            urls.append(f"/media/{text}&signature={base64.urlsafe_b64encode(digest).decode()}")
        return urls

    return sign


def _s3() -> Sign:
    from storages.backends.s3 import S3Storage

    storage = S3Storage(
        bucket_name="documents", access_key="key", secret_key="secret", region_name="eu-west-3"
    )
    return lambda names: [storage.url(name) for name, _filename in names]


if __name__ == "__main__":
    main()
