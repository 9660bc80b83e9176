"""A job for a worker, its result, and the seam through which many small jobs run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, TypeAlias

from evidence_kit.model import Json

DEFAULT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """One call of a function that deals with hostile bytes.

    Attributes:
        function: `module:name`; called with the payload as a binary file (or None) and the arguments.
        arguments: What the function is told.
        payload: Bytes, or a file opened for reading only, whose position is neither used nor moved.
        seconds: Limit by the wall clock.
    """

    function: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    payload: bytes | BinaryIO | None = None
    seconds: float = DEFAULT_SECONDS


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a function.

    Attributes:
        value: As JSON carries it; it may be a lie of bytes that took the worker over, and is data, never a path.
        payload_changed: The file that was handed over was another one after the job than before it.
    """

    value: Json
    payload_changed: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result.

    Attributes:
        reason: `timeout`, `cpu-time`, `memory`, `crashed`, `raised`, `not-allowed`, `too-large`, `bad-answer` or
            `not-started`; `library-missing` where a library could not be loaded, which says nothing about the bytes.
        detail: For the record: the name of a signal, of a library, or of an exception with its text, cut at 500
            characters.
    """

    reason: str
    detail: str


Answer: TypeAlias = Result | Failure


class JobRunner(Protocol):
    """Runs many small jobs; every implementation passes `tests/contracts/test_run.py`."""

    def submit(self, job: Job) -> Future[Answer]:
        """Give a job out and return its answer to come; waits while enough jobs and payloads are under way.

        Taken in the order of their jobs, the futures are ordered answers. A file may be closed once this returns.

        Raises:
            ValueError: As `Worker.call` does.
        """
        ...

    def map(self, jobs: Iterable[Job]) -> Iterator[Answer]:
        """Yield one answer a job, in their order; jobs are read lazily, and only a few ahead."""
        ...
