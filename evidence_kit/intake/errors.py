"""What can go wrong with the sources and the disk: the codes 10 to 19."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError


class SourceMissingError(EvidenceError):
    """There is nothing at a path that was to be taken in."""

    exit_code = 10


class DiskFullError(EvidenceError):
    """The disk of the case, or the one that is written to, is full."""

    exit_code = 11


class DiskFailureError(EvidenceError):
    """The disk of the case, or a file that somebody named, cannot be written."""

    exit_code = 12


class SourceGoneError(EvidenceError):
    """A source was taken away while it was read."""

    exit_code = 14


class SystemLimitError(EvidenceError):
    """The system has no memory or no file handles left."""

    exit_code = 13
