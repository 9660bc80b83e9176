"""Trouble with a paper."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class ReportFailedError(EvidenceError):
    """No paper could be set of this case; nothing was written."""

    exit_code = Exit.REPORT_FAILED
