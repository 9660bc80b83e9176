"""AES-256 in counter mode the way WinZip counts: from 1, little-endian.

OpenSSL's counter mode counts big-endian and cannot be used. What can is its plain block cipher, run over blocks
that hold the counters; XOR with the text is numpy's. Both let go of the interpreter while they work.

Source: the AE-2 specification of WinZip, "Encryption and decryption".
"""

from __future__ import annotations

from typing import Final

_BLOCK_BYTES: Final = 16
_MOST_BLOCKS: Final = (1 << 20) // _BLOCK_BYTES


class Counter:
    """A stream that is encrypted or decrypted front to back; the two are the same.

    Args:
        key: 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        import numpy as np
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        # Every block that goes in is another number, and the numbers are no secret: what makes this mode unsafe
        # for texts is what makes it the engine of a counter mode.
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._cipher = cipher.encryptor()
        self._numbers = np.zeros((_MOST_BLOCKS, 2), dtype="<u8")
        self._offsets = np.arange(_MOST_BLOCKS, dtype="<u8")
        # `update_into` wants room for one block more.
        self._stream = np.zeros((_MOST_BLOCKS + 1) * _BLOCK_BYTES, dtype="u1")
        self._next = 1
        self._left = memoryview(b"")

    def encrypt(self, data: bytes | bytearray | memoryview) -> bytearray:
        """Return as many bytes as came in; call after call goes on where the last one stopped."""
        import numpy as np

        given = np.frombuffer(data, dtype="u1")
        made = bytearray(len(given))
        target = np.frombuffer(made, dtype="u1")
        at = 0
        while at < len(given):
            if not self._left:
                self._left = self._more(len(given) - at)
            size = min(len(self._left), len(given) - at)
            stream = np.frombuffer(self._left[:size], dtype="u1")
            np.bitwise_xor(given[at : at + size], stream, out=target[at : at + size])
            self._left = self._left[size:]
            at += size
        return made

    decrypt = encrypt

    def _more(self, wanted: int) -> memoryview:
        """Return key stream for so many bytes, or for as many as there is room for."""
        import numpy as np

        blocks = min(_MOST_BLOCKS, -(-wanted // _BLOCK_BYTES))
        numbers = self._numbers[:blocks]
        np.add(self._offsets[:blocks], np.uint64(self._next), out=numbers[:, 0])
        self._next += blocks
        size = blocks * _BLOCK_BYTES
        self._cipher.update_into(numbers.data.cast("B"), self._stream.data[: size + _BLOCK_BYTES])
        return self._stream.data[:size]
