"""What happened to a document, told after the commit."""

from dataclasses import dataclass
from typing import Any

from django.db.models import FileField, Model
from django.dispatch import Signal

from django_event_pdfs import signals
from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.links import get_links
from django_event_pdfs.refusals import sender_of


@dataclass(frozen=True, slots=True)
class Version:
    """A document at one time: its name in storage, and its facts, None for a legacy row."""

    name: str
    facts: DocumentFacts | None

    @classmethod
    def of(cls, name: str | None, facts: Any) -> "Version | None":
        """Return what a row held: a name, or none, and the JSON beside it."""
        return cls(name, DocumentFacts.from_json(facts, name)) if name else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its file and of those that it replaced and that are still kept."""
        return (self.name, *(name for name, _at in (self.facts.replaced if self.facts else ())))


@dataclass(frozen=True, slots=True)
class Change:
    """From one version of a document to another; either may be none."""

    instance: Model
    field: FileField
    old: Version | None = None
    new: Version | None = None
    upload: Any = None
    is_deletion: bool = False

    @property
    def is_one(self) -> bool:
        return (self.old and self.old.name) != (self.new and self.new.name)

    @property
    def is_awaited(self) -> bool:
        """Return whether anybody wants to know."""
        return self.is_one and self._signal.has_listeners(self.field.model)

    def __call__(self) -> None:
        old, new = self.old, self.new
        self._signal.send_robust(
            self.field.model,
            instance=self.instance,
            field=self.field,
            name=new and new.name,
            facts=new and new.facts,
            url=new and self._url(new),
            old_name=old and old.name,
            old_facts=old and old.facts,
            old_url=old and self._url(old),
            user=sender_of(self.upload) or sender_of(self.instance),
        )

    @property
    def _signal(self) -> Signal:
        if self.is_deletion:
            return signals.document_deleted
        if self.old is None:
            return signals.document_stored
        return signals.document_replaced if self.new else signals.document_cleared

    def _url(self, version: Version) -> str | None:
        """Return the link of a version, None where there is none."""
        if not self.field.serves(version.name):  # type: ignore[attr-defined]
            return None
        try:
            return (
                get_links().make(version.name, version.facts.filename if version.facts else "").url
            )
        except ValueError:
            return None


def awaits_deletion(field: FileField) -> bool:
    """Return whether anybody wants to know which documents are deleted."""
    return bool(signals.document_deleted.has_listeners(field.model))
