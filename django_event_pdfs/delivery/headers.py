"""The headers of a document, the same whichever backend delivers it."""

from collections.abc import Iterable

EXPOSED = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag"


def protective_headers(frame_ancestors: Iterable[str], *, public: bool) -> dict[str, str]:
    """Return what keeps a document from being misread, leaked or framed by strangers."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "cross-origin" if public else "same-site",
        # Nothing but frame-ancestors: stricter directives blank the viewers of some browsers.
        "Content-Security-Policy": f"frame-ancestors {' '.join(frame_ancestors)}",
        "Access-Control-Expose-Headers": EXPOSED,
    }
