"""Errors about counts: the code 52."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class CountsError(EvidenceError):
    """The counts of a period cannot be told: too few cases, some that could not be read, or a damaged memory."""

    exit_code = Exit.COUNTS
