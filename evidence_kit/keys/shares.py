"""The recovery key on three papers of which any two open it: Shamir's scheme over both halves of its seed.

A share is one byte with its number, two bytes that name the key, and 32 bytes; on paper 15 groups, one more than the
key itself, so that nobody takes one for the other. One share alone says nothing about the key to whoever cannot guess
the whole key.

The line through both halves is drawn out of the key itself, so that a key has one set of three papers for ever: a paper
that is printed again is the paper that was lost, and a command that was stopped between two pages goes on where it was.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

from evidence_kit.hashing import paper
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.station import SigningKey

SHARES: Final = 3
NEEDED: Final = 2
_HALF_BYTES: Final = 16
_LABEL: Final = b"evidence-kit recovery papers 1"
_NAME_BYTES: Final = 2
_SHARE_BYTES: Final = 1 + _NAME_BYTES + 2 * _HALF_BYTES
_SHARE_CHARACTERS: Final = 60


def to_shares(key: SigningKey) -> list[str]:
    """Return the texts of three papers, any two of which give the key; the same three for the same key."""
    halves = [_points(key, at) for at in (0, _HALF_BYTES)]
    parts = enumerate(zip(*halves, strict=True), start=1)
    return [paper.to_paper(bytes([number]) + _name(key) + first + second) for number, (first, second) in parts]


def _points(key: SigningKey, at: int) -> list[bytes]:
    """Return the points at 1, 2 and 3 of the line whose point at 0 is a half of the seed.

    The point at 1 is a pseudorandom function of the whole seed. The library gives the point at 0 of a line through two
    others; as subtraction in its field is the exclusive or of the numbers, the point at x is the one at 0 of the line
    moved by x, on which the half lies at x and the point of 1 at x ^ 1.
    """
    from Cryptodome.Protocol.SecretSharing import Shamir

    half = key.seed[at : at + _HALF_BYTES]
    first = hmac.digest(key.seed, _LABEL + bytes([at]), "sha256")[:_HALF_BYTES]
    moved = [Shamir.combine([(x, half), (x ^ 1, first)], ssss=False) for x in range(2, SHARES + 1)]
    return [first, *moved]


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
