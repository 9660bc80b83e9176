"""Errors about the sources and the disk: the codes 10 to 19."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class SourceMissingError(EvidenceError):
    """There is nothing at a path that was to be taken in."""

    exit_code = Exit.SOURCE_MISSING


class DiskFullError(EvidenceError):
    """The disk of the case, or the one that is written to, is full."""

    exit_code = Exit.DISK_FULL


class DiskFailureError(EvidenceError):
    """The disk of the case, or a file that a person named, cannot be written."""

    exit_code = Exit.DISK_FAILURE


class SourceGoneError(EvidenceError):
    """A source was taken away while it was read."""

    exit_code = Exit.SOURCE_GONE


class SystemLimitError(EvidenceError):
    """The system has no memory or no file handles left."""

    exit_code = Exit.SYSTEM_LIMIT
