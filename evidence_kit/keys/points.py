"""Points of Curve25519 that are no keys: every stranger could sign or read with them.

On a point of small order a signature can hold for any message, and what is encrypted to it opens for everybody. A
second spelling of a point, with a coordinate that is not reduced, is refused too: one key has one fingerprint.

Source: RFC 8032, 5.1.3; RFC 7748, 6.1; Cremers and Jackson, Prime, Order Please! (2019).
"""

from __future__ import annotations

from typing import Final

_PRIME: Final = 2**255 - 19
_LOW_BITS: Final = 2**255 - 1
# y of the points whose order divides 8: the neutral point, and those of order 2, 4 and 8.
_EIGHTH: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_Y: Final = frozenset({1, _PRIME - 1, 0, _EIGHTH, _PRIME - _EIGHTH})
# u of the same points, and of those on the curve's twist.
_EIGHTH_U: Final = 325606250916557431795983626356110631294008115727848805560023387167927233504
_OTHER_EIGHTH_U: Final = 39382357235489614581723060781553021112529911719440698176882885853963445705823
_SMALL_U: Final = frozenset({0, 1, _PRIME - 1, _EIGHTH_U, _OTHER_EIGHTH_U})


def is_edwards_key(raw: bytes) -> bool:
    """Say whether 32 bytes can be an Ed25519 public key: in canonical form, and not of small order."""
    y = int.from_bytes(raw, "little") & _LOW_BITS
    return y < _PRIME and y not in _SMALL_Y


def is_montgomery_key(raw: bytes) -> bool:
    """Say whether 32 bytes can be an X25519 public key: not of small order, in any form."""
    u = (int.from_bytes(raw, "little") & _LOW_BITS) % _PRIME
    return u not in _SMALL_U
