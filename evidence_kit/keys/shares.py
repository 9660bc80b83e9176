"""The recovery key on three papers of which any two open it: Shamir's scheme over both halves of its seed.

A share is one byte with its number, two bytes that name the key, and 32 bytes; on paper 15 groups, one more than the
key itself, so that nobody takes one for the other. One share alone says nothing about the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evidence_kit.hashing import paper
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.station import SigningKey

SHARES: Final = 3
NEEDED: Final = 2
_HALF_BYTES: Final = 16
_NAME_BYTES: Final = 2
_SHARE_BYTES: Final = 1 + _NAME_BYTES + 2 * _HALF_BYTES
_SHARE_CHARACTERS: Final = 60


def to_shares(key: SigningKey) -> list[str]:
    """Return the texts of three papers, any two of which give the key."""
    from Cryptodome.Protocol.SecretSharing import Shamir

    halves = [Shamir.split(NEEDED, SHARES, key.seed[at : at + _HALF_BYTES], ssss=False) for at in (0, _HALF_BYTES)]
    parts = zip(*halves, strict=True)
    return [paper.to_paper(bytes([number]) + _name(key) + first + second) for (number, first), (_, second) in parts]


def is_share(typed: str) -> bool:
    """Say whether a typed text is as long as a share, and so longer than a key."""
    return sum(sign.isalnum() for sign in typed) == _SHARE_CHARACTERS


def from_shares(typed: Sequence[str]) -> SigningKey:
    """Return the key that two different shares give.

    Raises:
        KeyUnreadableError: One was typed wrongly, both are the same paper, or they are of two keys.
    """
    from Cryptodome.Protocol.SecretSharing import Shamir

    try:
        shares = {data[0]: data[1:] for data in (paper.from_paper(text, _SHARE_BYTES) for text in typed)}
    except paper.TypedWronglyError:
        raise KeyUnreadableError("recovery-typed-wrongly") from None
    if len(shares) < NEEDED:
        raise KeyUnreadableError("recovery-same-share")
    bodies = {number: data[_NAME_BYTES:] for number, data in shares.items()}
    seed = b"".join(
        Shamir.combine([(number, body[at : at + _HALF_BYTES]) for number, body in bodies.items()], ssss=False)
        for at in (0, _HALF_BYTES)
    )
    key = SigningKey.from_seed(seed)
    if any(data[:_NAME_BYTES] != _name(key) for data in shares.values()):
        raise KeyUnreadableError("recovery-other-share")
    return key


def _name(key: SigningKey) -> bytes:
    return bytes.fromhex(sha256(key.public.raw).hex)[:_NAME_BYTES]
