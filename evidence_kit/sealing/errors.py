"""What can go wrong with a seal: the codes 40 to 49."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class NoConsentError(EvidenceError):
    """Nobody has consented to this purpose."""

    exit_code = 40


class NothingToSealError(EvidenceError):
    """The scope holds no item."""

    exit_code = 41


class SealExistsError(EvidenceError):
    """There is something already where the archive would go."""

    exit_code = 42


class SealFailedError(EvidenceError):
    """The archive that was written is not the one that was planned; it was thrown away."""

    exit_code = 43


class ItemDamagedError(EvidenceError):
    """An item of the case does not decrypt to what was taken in."""

    exit_code = Exit.BROKEN
