"""AES-256 in counter mode the way WinZip counts: from 1, little-endian.

OpenSSL's counter mode counts big-endian and cannot be used. What can is its plain block cipher, run over blocks
that hold the counters; XOR with the text is numpy's. Both let go of the interpreter while they work. A short stream
does without numpy, which takes longer to load than a small archive to read.

Source: the AE-2 specification of WinZip, "Encryption and decryption".
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK_BYTES: Final = 16
# Numbers, key stream and text of one step stay together in a core's cache; a megabyte at a time is three times as slow.
_MOST_BLOCKS: Final = (64 << 10) // _BLOCK_BYTES
_SHORT_BLOCKS: Final = (2 << 20) // _BLOCK_BYTES

Bytes: TypeAlias = bytes | bytearray | memoryview


class CounterStream:
    """A stream that is encrypted or decrypted front to back; the two are the same.

    Args:
        key: 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        # Every block that goes in is another number, and the numbers are no secret: what makes this mode unsafe
        # for texts is what makes it the engine of a counter mode.
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._encrypt_blocks: Callable[[memoryview, memoryview], int] = cipher.encryptor().update_into
        self._engine: _Short | _Long = _Short()
        self._next = 1
        self._left = memoryview(b"")

    def encrypt(self, data: Bytes) -> bytearray:
        """Return as many bytes as came in; call after call goes on where the last one stopped."""
        given = memoryview(data)
        made = bytearray(len(given))
        target = memoryview(made)
        at = 0
        while at < len(given):
            if not self._left:
                self._left = self._more(len(given) - at)
            size = min(len(self._left), len(given) - at)
            self._engine.xor(given[at : at + size], self._left[:size], target[at : at + size])
            self._left = self._left[size:]
            at += size
        return made

    decrypt = encrypt

    def _more(self, wanted: int) -> memoryview:
        """Return key stream for so many bytes, or for as many as there is room for."""
        blocks = min(_MOST_BLOCKS, -(-wanted // _BLOCK_BYTES))
        # numpy is slower to load than a small archive is to decrypt: only long ones get it.
        if isinstance(self._engine, _Short) and self._next + blocks > _SHORT_BLOCKS:
            self._engine = _Long()
        numbers, stream = self._engine.numbers(self._next, blocks), self._engine.stream(blocks)
        self._next += blocks
        self._encrypt_blocks(numbers, stream)
        return stream[: blocks * _BLOCK_BYTES]


class _Short:
    """Counts and XORs with the standard library alone."""

    def numbers(self, first: int, blocks: int) -> memoryview:
        """Return the blocks that hold `first` and those behind it."""
        numbers = array("Q", bytes(blocks * _BLOCK_BYTES))
        numbers[::2] = array("Q", range(first, first + blocks))
        if not _LITTLE_ENDIAN:
            numbers.byteswap()
        return memoryview(numbers).cast("B")

    def stream(self, blocks: int) -> memoryview:
        """Return room for the key stream of so many blocks, and the block more that `update_into` wants."""
        return memoryview(bytearray((blocks + 1) * _BLOCK_BYTES))

    def xor(self, given: memoryview, stream: memoryview, target: memoryview) -> None:
        """Write the XOR of two stretches of one length.

        Args:
            given: The bytes that come in.
            stream: Key stream of the same length.
            target: Where the result goes, of the same length; may be `given` itself.
        """
        both = int.from_bytes(given, "little") ^ int.from_bytes(stream, "little")
        target[:] = both.to_bytes(len(target), "little")


class _Long:
    """The same by numpy, in memory that is used again and again."""

    def __init__(self) -> None:
        import numpy as np

        self._numpy = np
        self._numbers = np.zeros((_MOST_BLOCKS, 2), dtype="<u8")
        self._offsets = np.arange(_MOST_BLOCKS, dtype="<u8")
        self._stream = np.zeros((_MOST_BLOCKS + 1) * _BLOCK_BYTES, dtype="u1")

    def numbers(self, first: int, blocks: int) -> memoryview:
        """Return the blocks that hold `first` and those behind it."""
        numbers = self._numbers[:blocks]
        self._numpy.add(self._offsets[:blocks], self._numpy.uint64(first), out=numbers[:, 0])
        return numbers.data.cast("B")

    def stream(self, blocks: int) -> memoryview:
        """Return room for the key stream of so many blocks, and the block more that `update_into` wants."""
        return self._stream.data[: (blocks + 1) * _BLOCK_BYTES]

    def xor(self, given: memoryview, stream: memoryview, target: memoryview) -> None:
        """Write the XOR of two stretches of one length.

        Args:
            given: The bytes that come in.
            stream: Key stream of the same length.
            target: Where the result goes, of the same length; may be `given` itself.
        """
        np = self._numpy
        np.bitwise_xor(np.frombuffer(given, "u1"), np.frombuffer(stream, "u1"), out=np.frombuffer(target, "u1"))


_LITTLE_ENDIAN: Final = array("H", [1]).tobytes()[0] == 1
