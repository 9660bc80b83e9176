"""Bytes that only the holder of a secret can have written, and only they can read: ChaCha20-Poly1305.

Encrypting to a case's recipient proves nothing about who wrote: the recipient is public. What is to be believed
when it is read again has to be authenticated with a secret.
"""

from __future__ import annotations

import hashlib
import hmac

from evidence_kit.keys.age import DamagedError

NONCE_BYTES = 12


class SealingBox:
    """Seals and opens small files that are for nobody else.

    Args:
        secret: 32 bytes, such as `CaseIdentity.derive` returns.
    """

    def __init__(self, secret: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        self._cipher = ChaCha20Poly1305(secret)
        self._names = hashlib.sha256(b"names" + secret).digest()

    def name(self, about: str) -> str:
        """Return a file name that reveals nothing about the name it stands for."""
        return hmac.new(self._names, about.encode(), hashlib.sha256).hexdigest()[:32]

    def seal(self, about: str, data: bytes, nonce: bytes) -> bytes:
        """Return the data encrypted, so that it opens for the same `about` only.

        Args:
            about: What the data is about; not part of it.
            data: Any bytes.
            nonce: 12 bytes that were never used before.
        """
        return nonce + self._cipher.encrypt(nonce, data, about.encode())

    def open(self, about: str, sealed: bytes) -> bytes:
        """Return the data.

        Raises:
            DamagedError: Somebody else wrote it, it is damaged, or it is about something else.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise DamagedError("not sealed by this secret") from error
