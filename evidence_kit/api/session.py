"""A case that is open: its records as read, its lock, its isolated processes."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence_kit.api.station import Station
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.accession.describe import WorkerDescriber
    from evidence_kit.workflows.case import read as case_read
    from evidence_kit.workflows.case import write as case_write
    from evidence_kit.workflows.reading.exports import ExportReader


class CaseSession:
    """One case between the two ends of its block; each thing is opened when it is first needed.

    Args:
        station: Whose key opens it.
        folder: Where it lies.
    """

    def __init__(self, station: Station, folder: CaseFolder) -> None:
        self._station = station
        self._folder = folder
        self._stack: ExitStack | None = None
        self._read: case_read.Case | None = None
        self._writer: case_write.CaseWriter | None = None
        self._describer: WorkerDescriber | None = None
        self._exports: ExportReader | None = None

    def begin(self) -> None:
        """Begin the block; nothing is read or locked yet."""
        self._stack = ExitStack()

    def end(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Release the lock, end the isolated processes, and forget all that was read.

        Args:
            kind: Class of the error that ends the block, None without one.
            error: The error itself.
            trace: Where it was raised.
        """
        stack, self._stack = self._stack, None
        self._read = self._writer = self._describer = self._exports = None
        if stack is not None:
            stack.__exit__(kind, error, trace)

    @property
    def reading(self) -> case_read.Case:
        """The unlocked case."""
        from evidence_kit.workflows.case.read import read_case

        self._inside()
        if self._writer is not None:
            return self._writer.case
        if self._read is None:
            self._read = read_case(self._folder, self._station.key, self._station.facts)
        return self._read

    @property
    def writing(self) -> case_write.CaseWriter:
        """The locked case."""
        from evidence_kit.workflows.case.write import writing

        stack = self._inside()
        if self._writer is None:
            station = self._station
            self._writer = stack.enter_context(writing(self._folder, station.key, station.facts, station.world))
            self._read = self._exports = None
        return self._writer

    @property
    def describer(self) -> WorkerDescriber:
        """The isolated processes that look into files."""
        from evidence_kit.workflows.accession.describe import WorkerDescriber

        stack = self._inside()
        if self._describer is None:
            self._describer = stack.enter_context(WorkerDescriber())
        return self._describer

    @property
    def exports(self) -> ExportReader:
        """The exports of conversations, tied to the items that are there."""
        from evidence_kit.workflows.reading.exports import open_exports

        stack = self._inside()
        if self._exports is None:
            self._exports = stack.enter_context(open_exports(self.reading, self.describer))
        return self._exports

    def forget_exports(self) -> None:
        """Let exports be opened again: they are tied to the items that were there when they were."""
        self._exports = None

    def _inside(self) -> ExitStack:
        if self._stack is None:
            raise ValueError("a case is used in a `with` block")
        return self._stack
