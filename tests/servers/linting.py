"""What a linter of HTTP finds wrong with an answer."""

from typing import Any

# LocaleMiddleware gives Content-Language to every answer, 304 too.
EXPLAINED = {"HEADER_SHOULD_NOT_BE_IN_304"}


def findings(
    url: str, method: str, headers: Any, status: int, fields: Any, body: bytes
) -> set[str]:
    from httplint import HttpRequestLinter, HttpResponseLinter, levels

    asked = HttpRequestLinter()
    asked.process_request_topline(method.encode(), url.encode(), b"1.1")
    asked.process_headers([(k.encode(), v.encode()) for k, v in headers.items()])
    asked.finish_content(True)
    linter = HttpResponseLinter(no_content=method == "HEAD", _related=asked)
    linter.base_uri = url
    linter.process_response_topline(b"1.1", str(status).encode())
    linter.process_headers([(k.encode(), v.encode()) for k, v in fields])
    linter.feed_content(body)
    linter.finish_content(True)
    bad = [note for note in linter.notes if note.level in (levels.BAD, levels.WARN)]
    return {type(note).__name__ for note in bad}
