"""What schemathesis sends where a schema alone says too little. It loads this module itself."""

from datetime import UTC, datetime

import schemathesis
from hypothesis import strategies

from django_event_pdfs.testing import make_pdf

PDFS = strategies.sampled_from([make_pdf(), make_pdf(pages=2), make_pdf(password="x")])
JUNK = strategies.binary(max_size=64)

# From 1970 to 2999. Before time zones had whole minutes, Python writes offsets with seconds, which
# RFC 3339 does not know.
SECONDS = strategies.integers(0, 32_472_144_000)


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


schemathesis.openapi.format("binary", PDFS | JUNK)
schemathesis.openapi.format("date-time", SECONDS.map(moment))
