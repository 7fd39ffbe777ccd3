"""Reads the sample events: one TOML file each, in `samples/`."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Slot:
    """One line of a schedule; one without a time belongs to the line above it."""

    time: str
    what: str
    where: str
    who: str = ""


@dataclass(frozen=True)
class Day:
    """The schedule of one day or of a part of it."""

    date: date
    theme: str
    slots: tuple[Slot, ...]

    @property
    def heading(self) -> str:
        """For example 'Thursday 18 March: Platforms and people'."""
        return f"{self.date:%A} {self.date.day} {self.date:%B}: {self.theme}"


@dataclass(frozen=True)
class Topic:
    """A heading with paragraphs and a table of two columns; either may be empty."""

    heading: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Booklet:
    """The text of one PDF, and the file name that it is uploaded under."""

    kind: str
    filename: str
    opening: Topic
    days: tuple[Day, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Sample:
    """One event. Its PDFs print `title` and `dates`, in Latin script."""

    id: UUID
    name: str
    title: str
    dates: str
    colour: str
    start_date: datetime
    end_date: datetime
    location: str
    description: str
    programme: Booklet
    guide: Booklet


@cache
def read_samples() -> tuple[Sample, ...]:
    """Return all samples in the order of their dates."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")]
    return tuple(sorted(map(read_sample, tables), key=lambda sample: sample.start_date))


def read_sample(table: dict[str, Any]) -> Sample:
    """Return the sample that a file describes."""
    return Sample(
        **table
        | {
            "id": UUID(table["id"]),
            "programme": read_booklet(table["programme"]),
            "guide": read_booklet(table["guide"]),
        }
    )


def read_booklet(table: dict[str, Any]) -> Booklet:
    """Return the booklet in a table of a file."""
    return Booklet(
        kind=table["kind"],
        filename=table["filename"],
        opening=read_topic(table["opening"]),
        days=tuple(map(read_day, table["days"])) if "days" in table else (),
        topics=tuple(map(read_topic, table["topics"])),
    )


def read_day(table: dict[str, Any]) -> Day:
    """Return one day of a schedule."""
    return Day(table["date"], table["theme"], tuple(Slot(*slot) for slot in table["slots"]))


def read_topic(table: dict[str, Any]) -> Topic:
    """Return a topic; its paragraphs are separated by blank lines."""
    paragraphs = tuple(filter(None, table.get("text", "").split("\n\n")))
    rows = tuple((name, text) for name, text in table.get("rows", ()))
    return Topic(table["heading"], paragraphs, rows)
