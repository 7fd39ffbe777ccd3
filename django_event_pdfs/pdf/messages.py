"""What passes between who asks for an examination and the worker that does it: lines of JSON."""

import json
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from django_event_pdfs.pdf.facts import Bounds, Facts, Findings, Inspection, Refusal

#: To the forker, with a socket for the new worker; and with the number of a process, in 4 bytes.
FORK, KILL = b"f", b"k"

#: From the worker, before it looks for what can be mended.
RECOVERING = "recovering"
#: From the forker: how a worker ended, as ``subprocess`` says it.
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use for one file.

    Seconds of processor time for the ``strict`` parse, and for the ``recovery`` after it; seconds
    in all on the ``wall`` clock, however busy the machine is; bytes of ``memory`` beyond those it
    starts with.
    """

    strict: float = 0.8
    recovery: float = 1.2
    wall: float = 6.0
    memory: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What to examine a file for; its descriptor goes beside it."""

    sha256: str
    strict: bool
    bounds: Bounds
    limits: Limits

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str | bytes) -> "Request":
        data = json.loads(line)
        bounds, limits = Bounds(**data.pop("bounds")), Limits(**data.pop("limits"))
        return cls(**data, bounds=bounds, limits=limits)


def as_json(inspection: Inspection) -> dict[str, Any]:
    """Return an inspection as JSON can hold it."""
    facts, findings, refusal = inspection.facts, inspection.findings, inspection.refusal
    return {
        "facts": facts and asdict(facts),
        "findings": {
            "objects": findings.objects,
            "active_content": dict(findings.active_content),
            "repaired": findings.repaired,
        },
        "refusal": refusal and {"code": refusal.code, "params": dict(refusal.params)},
    }


def from_json(data: dict[str, Any]) -> Inspection:
    """Return the inspection that :func:`as_json` made this of."""
    facts, findings, refusal = data["facts"], data["findings"], data["refusal"]
    active = {kind: tuple(places) for kind, places in findings.pop("active_content").items()}
    return Inspection(
        facts=Facts(**facts) if facts else None,
        findings=Findings(**findings, active_content=MappingProxyType(active)),
        refusal=Refusal(refusal["code"], MappingProxyType(refusal["params"])) if refusal else None,
    )
