"""Blinded points: values that two parties compare under secrets of both, so that neither sees the other's.

Multiplication on Curve25519 by X25519 of `cryptography` (RFC 7748): it commutes, so a point that was multiplied by one
party's secret and then by the other's is the same as the other way round, and a secret can be taken off again by its
inverse. A value becomes a point by hashing until the result lies on the curve. The number of tries depends on the
value; nobody measures it, as files travel and no answer is waited for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

POINT_BYTES: Final = 32
_FIELD: Final = 2**255 - 19
_COEFFICIENT: Final = 486662
# Order of the subgroup in which every multiplied point lies.
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493


class UnsoundPointError(ValueError):
    """The bytes are no point that can be multiplied: of small order, or of another length."""


def curve_point(data: bytes) -> bytes:
    """Return a point of the curve, 32 bytes, that follows from data and whose logarithm nobody knows.

    Source: hashing and trying again, as in RFC 9380's appendix on hash-and-check; the twist is passed over, or a bit of
    the value would show through every blinding.
    """
    tries = 0
    while True:
        digest = hashlib.sha512(b"evidence-kit/1 point" + tries.to_bytes(4) + data).digest()[:POINT_BYTES]
        number = int.from_bytes(digest, "little") & (2**255 - 1)
        square = number * (number * (number + _COEFFICIENT) + 1) % _FIELD
        if number < _FIELD and pow(square, (_FIELD - 1) // 2, _FIELD) == 1:
            return number.to_bytes(POINT_BYTES, "little")
        tries += 1


class BlindingKey:
    """A secret number that points are multiplied by.

    Args:
        secret: 32 bytes; its form is made that of RFC 7748.
    """

    def __init__(self, secret: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

        number = int.from_bytes(secret, "little") & (2**254 - 8) | 2**254
        self.secret = number.to_bytes(POINT_BYTES, "little")
        self._private = X25519PrivateKey.from_private_bytes(self.secret)
        self._public = X25519PublicKey

    def times(self, point: bytes) -> bytes:
        """Return a point multiplied by the secret.

        Raises:
            UnsoundPointError: It is none.
        """
        try:
            return self._private.exchange(self._public.from_public_bytes(point))
        except ValueError as error:
            raise UnsoundPointError("no point") from error

    def inverse(self) -> BlindingKey | None:
        """Return the key that takes this one off a multiplied point; None for the half of all keys that has none."""
        number = pow(int.from_bytes(self.secret, "little"), -1, _ORDER)
        for turns in range(8):
            found = number + turns * _ORDER
            if found % 8 == 0 and 2**254 <= found < 2**255:
                return BlindingKey(found.to_bytes(POINT_BYTES, "little"))
        return None


def removable_key(random: Callable[[int], bytes]) -> tuple[BlindingKey, BlindingKey]:
    """Return a new key and the one that takes it off again.

    Args:
        random: Returns so many unpredictable bytes.
    """
    while True:
        key = BlindingKey(random(POINT_BYTES))
        if (inverse := key.inverse()) is not None:
            return key, inverse
