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


class StampRefusedError(EvidenceError):
    """A time-stamping authority gave nothing that can be put into the log."""

    exit_code = 44


class ReceivedRefusedError(EvidenceError):
    """A counter-signature is not one over an archive of this case."""

    exit_code = 45


class NoSealError(EvidenceError):
    """Nothing was sealed from this case, or not what was named."""

    exit_code = 46


class ItemDamagedError(EvidenceError):
    """An item of the case does not decrypt to what was taken in."""

    exit_code = Exit.BROKEN
