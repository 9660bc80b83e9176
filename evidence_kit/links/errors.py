"""Errors about an association's set of links: the code 51."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class LinkSetError(EvidenceError):
    """The set of links is damaged, forged, another association's, older than remembered, or held by another program."""

    exit_code = Exit.LINK_SET
