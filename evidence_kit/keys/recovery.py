"""The recovery key on paper: the 32 bytes of its seed as 14 groups of four letters and digits.

It is the secret of every case of an association, so it exists on paper, not on a disk.
"""

from __future__ import annotations

from evidence_kit.hashing import paper
from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.station import SigningKey, unlock

_SEED_BYTES = 32


def to_paper(key: SigningKey) -> str:
    """Return the sheet's text for a recovery key."""
    return paper.to_paper(key.seed)


def from_paper(typed: str) -> SigningKey:
    """Return the key that a sheet's text stands for.

    Raises:
        KeyUnreadableError: It was typed wrongly.
    """
    try:
        return SigningKey.from_seed(paper.from_paper(typed, _SEED_BYTES))
    except paper.TypedWronglyError:
        raise KeyUnreadableError("recovery-typed-wrongly") from None


def key_from_text(data: bytes) -> SigningKey:
    """Return the key in a file: as `setup --recovery-out` wrote it, or the sheet's text.

    Raises:
        KeyUnreadableError: It is neither.
    """
    if data.startswith(b"-----BEGIN"):
        return unlock(data, None)
    return from_paper(data.decode("utf-8", "replace").strip())
