"""Errors about a seal: the codes 40 to 49."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class NoConsentError(EvidenceError):
    """Nobody has consented to this purpose."""

    exit_code = Exit.NO_CONSENT


class NothingToSealError(EvidenceError):
    """The scope holds no item."""

    exit_code = Exit.NOTHING_TO_SEAL


class SealExistsError(EvidenceError):
    """The path for the archive is taken."""

    exit_code = Exit.SEAL_EXISTS


class SealFailedError(EvidenceError):
    """The archive that was written is not the one that was planned; it was thrown away."""

    exit_code = Exit.SEAL_FAILED


class StampRefusedError(EvidenceError):
    """A time-stamping authority gave nothing that can be put into the log."""

    exit_code = Exit.STAMP_REFUSED


class ReceivedRefusedError(EvidenceError):
    """A counter-signature is not one over an archive of this case."""

    exit_code = Exit.RECEIVED_REFUSED


class NoSealError(EvidenceError):
    """Nothing was sealed from this case, or not the named archive."""

    exit_code = Exit.NO_SEAL


class ItemDamagedError(EvidenceError):
    """An item of the case does not decrypt to the bytes that were taken in."""

    exit_code = Exit.BROKEN
