"""The key of an association's set of links, and the digests made with it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from evidence_kit.keys.blinding import BlindingKey
from evidence_kit.keys.sealing_box import SealingBox

VALUE_BYTES: Final = 16
PDQ_BYTES: Final = 32
_PDQ_BITS: Final = 8 * PDQ_BYTES


class LinkKey:
    """The secret that the stations of one association share for links; it follows from its recovery key.

    Args:
        secret: 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._values = _derived(secret, "values")
        self._mask = _derived(secret, "mask")
        order = _derived(secret, "order")
        # Sorted by a keyed digest: a permutation of the bits that nobody can name without the key.
        self._order = sorted(range(_PDQ_BITS), key=lambda bit: hmac.digest(order, bit.to_bytes(2), "sha256"))
        self.box = SealingBox(_derived(secret, "rows"))
        self.blinding = BlindingKey(_derived(secret, "points"))

    @property
    def fingerprint(self) -> str:
        """A name for the key that says nothing about it."""
        return _derived(self.secret, "fingerprint").hex()[:32]

    def value_digest(self, kind: str, value: str) -> bytes:
        """Return the digest of an identifier, 16 bytes.

        Args:
            kind: Its type, such as `phone`.
            value: As normalised.
        """
        return hmac.digest(self._values, f"{kind}\0{value}".encode(), "sha256")[:VALUE_BYTES]

    def case_tag(self, case: str) -> bytes:
        """Return the name under which the set keeps a case, 16 bytes."""
        return hmac.digest(self._values, f"case\0{case}".encode(), "sha256")[:VALUE_BYTES]

    def picture_digest(self, pdq: bytes) -> bytes:
        """Return a PDQ hash with its bits in another order and half of them turned, 32 bytes.

        Two of them differ in as many bits as the hashes do, so that near pictures stay near.
        """
        number = int.from_bytes(pdq)
        turned = 0
        for bit in self._order:
            turned = turned << 1 | (number >> bit & 1)
        return (turned ^ int.from_bytes(self._mask)).to_bytes(PDQ_BYTES)


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, f"evidence-kit/1 links {purpose}".encode(), hashlib.sha256)
