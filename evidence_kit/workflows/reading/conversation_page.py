"""Which messages of a conversation are wanted, a page of them, and the service that reads them."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from evidence_kit.model import Json
from evidence_kit.workers.job import Answer, Job
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap


class JobService(Protocol):
    """Runs one job after the other somewhere else, where no key is: a worker, or a pool of them."""

    def submit(self, job: Job) -> Future[Answer]:
        """Start a job; its result is an answer, never an exception."""
        ...


@dataclass(frozen=True, slots=True)
class ConversationRequest:
    """Which messages are wanted; None wants all.

    Attributes:
        sender: Part of a name or an account.
        since: Beginning of an ISO 8601 time.
        until: The same; what begins so is still wanted.
        search: Words.
    """

    sender: str | None = None
    since: str | None = None
    until: str | None = None
    search: str | None = None

    @property
    def everything(self) -> bool:
        """Say whether no message is left out."""
        return not (self.sender or self.since or self.until or self.search)

    def arguments(self) -> dict[str, Json]:
        """Return the request as a worker takes it, and as the log records an export."""
        told = {"sender": self.sender, "since": self.since, "until": self.until, "search": self.search}
        return {name: value for name, value in told.items() if value}


@dataclass(slots=True)
class ConversationPage:
    """Some messages of a conversation, in the order of time as the export gives it.

    Attributes:
        entries: Messages, and stretches that could not be read, where they stand.
        matched: How many entries were wanted in all.
        undated: How many messages were left out because they have no time to compare.
    """

    entries: list[TranscriptEntry | TranscriptGap] = field(default_factory=list)
    matched: int = 0
    undated: int = 0
