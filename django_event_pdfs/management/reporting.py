"""What the command prints: findings as they come, progress beside them, counts at the end."""

import json
import os
from dataclasses import asdict, fields
from typing import Any, ClassVar, Protocol

from django.core.management.base import OutputWrapper
from django.core.serializers.json import DjangoJSONEncoder

from django_event_pdfs.maintenance.findings import Finding, Watcher
from django_event_pdfs.management.progress import progress


class Result(Protocol):
    """What an engine returns: a dataclass of counts that knows its exit code."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def exit_code(self) -> int: ...


class Report(Watcher):
    """Prints on ``out``; progress and complaints go to ``err``. Nothing is kept in memory.

    Findings are lines, or, ``as_json``, parts of one document: ``{"findings": [...], "<count>": n,
    ..., "exit_code": n}``. It is valid also where :meth:`close` comes early. Where nobody reads
    ``out`` any more, as behind ``| head``, the command ends with exit code 1.
    """

    def __init__(self, out: OutputWrapper, err: OutputWrapper, *, as_json: bool = False) -> None:
        self._out = out
        self._err = err
        self._progress = progress(err)
        self.as_json = as_json
        self._whole = False
        self._started = False
        self._counts: dict[str, Any] = {}

    def expect(self, total: int) -> None:
        self._progress.expect(total)

    def advance(self, count: int = 1) -> None:
        self._progress.advance(count)

    def found(self, finding: Finding) -> None:
        self._progress.make_room()
        if self.as_json:
            self._write(f"{self._separator()}{_json(_as_dict(finding))}")
        else:
            self.say(_line(finding))

    def say(self, text: str) -> None:
        """Print a line; nothing where the output is JSON."""
        if not self.as_json:
            self._progress.make_room()
            self._write(_printable(text) + "\n")

    def complain(self, text: str) -> None:
        """Print a line for people, on ``err``."""
        self._progress.make_room()
        _write(self._err, _printable(text) + "\n")

    def conclude(self, result: Result) -> int:
        """Print the counts of an engine's result, and return its exit code.

        As lines: the first, which is of all there is, and of the others what is not zero.
        """
        self._counts = asdict(result)
        for position, (name, value) in enumerate(self._counts.items()):
            if value or position == 0:
                self.say(f"{name.replace('_', ' ')}: {value}")
        return result.exit_code

    def document(self, document: dict[str, Any]) -> None:
        """Print ``document`` as all there is, where the output is JSON."""
        if self.as_json:
            self._write(_json(document) + "\n")
            self._whole = True

    def close(self, exit_code: int) -> None:
        """Finish. What was printed as JSON is a valid document after this."""
        self._progress.close()
        if self.as_json and not self._whole:
            self._whole = True
            end = _json({**self._counts, "exit_code": exit_code})
            opening = "" if self._started else '{"findings": ['
            self._write(f"{opening}], {end[1:]}\n")
        self._flush()

    def _separator(self) -> str:
        started, self._started = self._started, True
        return ",\n" if started else '{"findings": [\n'

    def _write(self, text: str) -> None:
        try:
            _write(self._out, text)
        except BrokenPipeError:
            self._give_up()

    def _flush(self) -> None:
        try:
            self._out.flush()
        except BrokenPipeError:
            self._give_up()

    def _give_up(self) -> None:
        # What is buffered still would fail once more at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
        # No Exception: engines survive those, for a storage may raise any.
        raise SystemExit(1)


def _as_dict(finding: Finding) -> dict[str, Any]:
    return {field.name: getattr(finding, field.name) for field in fields(finding)}


def _json(value: Any) -> str:
    return json.dumps(value, cls=_Encoder)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)  # A host's own type of key.


def _line(finding: Finding) -> str:
    row = f" ({finding.model}.{finding.field} {finding.pk})" if finding.model else ""
    detail = f": {finding.detail}" if finding.detail else ""
    return f"{finding.kind} {finding.name}{row}{detail}"


def _printable(text: str) -> str:
    """Return one line: the name of a file may hold anything, escape sequences of terminals too."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _write(stream: OutputWrapper, text: str) -> None:
    try:
        stream.write(text, ending="")
    except UnicodeEncodeError:
        stream.write(text.encode("ascii", "backslashreplace").decode(), ending="")
