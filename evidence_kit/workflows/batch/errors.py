"""Errors of a batch: slips in its file, and a second process at work."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit, UsageError


class BatchFileError(UsageError):
    """A batch file, or the memory beside it, cannot be used as it stands."""


class NothingTakenInError(EvidenceError):
    """None of a line's files could be read, and its case is empty."""

    exit_code = Exit.SOURCE_GONE


class BatchBusyError(EvidenceError):
    """Another process carries out the same batch."""

    exit_code = Exit.CASE_LOCKED
