"""What can go wrong with many cases at once; it is a slip of whoever wrote the file, hence code 2."""

from __future__ import annotations

from evidence_kit.errors import UsageError


class BatchFileError(UsageError):
    """A batch file, or the memory beside it, cannot be used as it stands."""
