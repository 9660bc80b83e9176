"""The writing half of age for one X25519 recipient, over the primitives of `cryptography`.

An age file is a header and a payload. The header names an ephemeral key and holds the file key, wrapped for the
recipient, and a MAC; the payload is 16 bytes of nonce and then pieces of 64 KiB, each sealed with ChaCha20-Poly1305
under a counter whose last byte marks the last piece.

Source: https://age-encryption.org/v1, sections on the header, the X25519 recipient and the payload; RFC 7748,
RFC 5869, RFC 8439; BIP 173 for the spelling of a recipient.
"""

from __future__ import annotations

import base64
import hmac
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from evidence_kit.keys import points
from evidence_kit.keys.errors import KeyUnreadableError

CHUNK_BYTES: Final = 64 << 10
TAG_BYTES: Final = 16
_KEY_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_BLOCK_CHUNKS: Final = 16
_INTRO: Final = b"age-encryption.org/v1\n"
_X25519: Final = b"age-encryption.org/v1/X25519"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

_memory = threading.local()


class AgeWriter:
    """Turns plaintext, piece by piece, into one age file.

    The primitives let go of the interpreter while they work, so that several writers keep several cores busy.

    Args:
        reader: The recipient, `age1…`.

    Raises:
        KeyUnreadableError: It is no such recipient.
    """

    def __init__(self, reader: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        file_key, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES)
        self._start = age_header(file_key, recipient_bytes(reader)) + nonce
        self._cipher = ChaCha20Poly1305(hkdf_sha256(file_key, nonce, b"payload"))
        self._count = 0
        self._held = bytearray()

    def encrypt_piece(self, piece: bytes | memoryview) -> Iterator[memoryview | bytes]:
        """Yield the ciphertext that is ready after `piece`; use each before the next is asked for."""
        if self._start:
            yield self._start
            self._start = b""
        rest = memoryview(piece)
        if self._held:
            missing = CHUNK_BYTES - len(self._held)
            self._held += rest[:missing]
            rest = rest[missing:]
            if not rest:
                return
            # Only now is it known that this chunk is not the last one.
            yield self._sealed(self._held, last=False)
            self._held = bytearray()
        # The last chunk is sealed with another nonce and may not be empty: so one byte at least is held back until it
        # is known whether more comes.
        whole = max(0, (len(rest) - 1) // CHUNK_BYTES) * CHUNK_BYTES
        for at in range(0, whole, _BLOCK_CHUNKS * CHUNK_BYTES):
            yield self._block(rest[at : min(whole, at + _BLOCK_CHUNKS * CHUNK_BYTES)])
        self._held += rest[whole:]

    def encrypt_rest(self) -> bytes:
        """Return the rest of the file: its last chunk, empty only when everything is."""
        start, self._start = self._start, b""
        return start + self._sealed(self._held, last=True)

    def _block(self, chunks: memoryview) -> memoryview:
        count = len(chunks) // CHUNK_BYTES
        sealed = _block_memory()[: count * (CHUNK_BYTES + TAG_BYTES)]
        for number in range(count):
            chunk = chunks[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
            at = number * (CHUNK_BYTES + TAG_BYTES)
            target = sealed[at : at + CHUNK_BYTES + TAG_BYTES]
            self._cipher.encrypt_into(self._nonce(last=False), chunk, None, target)
        return sealed

    def _sealed(self, chunk: bytes | bytearray, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last=last), bytes(chunk), None)

    def _nonce(self, *, last: bool) -> bytes:
        # The last byte says whether the file ends here: without it, one that was cut between two chunks would be
        # sound.
        nonce = self._count.to_bytes(11, "big") + bytes([last])
        self._count += 1
        return nonce


def _block_memory() -> memoryview:
    """Return where a block is sealed: the same memory each time in one thread, because fresh memory is slow.

    `AgeWriter.encrypt_piece` lends it until the next block is asked for, and a thread asks one writer at a time.
    """
    if not hasattr(_memory, "block"):
        _memory.block = memoryview(bytearray(_BLOCK_CHUNKS * (CHUNK_BYTES + TAG_BYTES)))
    block: memoryview = _memory.block
    return block


def age_header(file_key: bytes, recipient: bytes) -> bytes:
    """Return the header that gives a file key to one X25519 public key.

    Args:
        file_key: 16 random bytes, used for this file alone.
        recipient: The X25519 public key, 32 bytes.

    Raises:
        KeyUnreadableError: The key is a point of low order, with which the file key would be open to everybody.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    except ValueError:  # a point of low order, which would make the secret known to everybody
        raise KeyUnreadableError("key-not-a-recipient") from None
    wrapping = ChaCha20Poly1305(hkdf_sha256(shared, share + recipient, _X25519))
    wrapped = wrapping.encrypt(bytes(12), file_key, None)
    text = _INTRO + b"-> X25519 " + _base64(share) + b"\n" + _base64(wrapped) + b"\n---"
    mac = hmac.digest(hkdf_sha256(file_key, None, b"header"), text, "sha256")
    return text + b" " + _base64(mac) + b"\n"


@lru_cache(maxsize=16)
def recipient_bytes(text: str) -> bytes:
    """Return the public key that `age1…` spells, 32 bytes.

    Raises:
        KeyUnreadableError: It is no X25519 recipient, was typed wrongly, or is a point that everybody could open for.
    """
    try:
        raw = payload_of(text, "age")
    except ValueError:
        raise KeyUnreadableError("key-not-a-recipient") from None
    if not points.is_montgomery_key(raw):
        raise KeyUnreadableError("key-of-small-order")
    return raw


def payload_of(text: str, wanted: str) -> bytes:
    """Return the 32 bytes that a text spells under a prefix.

    Raises:
        ValueError: It has another prefix, or was typed wrongly.
    """
    prefix, _, data = text.rpartition("1")
    values = [_BECH32.find(letter) for letter in data]
    if prefix != wanted or -1 in values or len(values) != 52 + 6 or _checksum(prefix, values) != 1:
        raise ValueError("not spelt as age spells keys")
    number = 0
    for value in values[:52]:
        number = number << 5 | value
    if number & 0xF:  # 52 letters hold 260 bits, and the last four say nothing
        raise ValueError("not spelt as age spells keys")
    return (number >> 4).to_bytes(32, "big")


def _checksum(prefix: str, values: list[int]) -> int:
    spread = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    total = 1
    for value in spread + values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            total ^= generator if top >> bit & 1 else 0
    return total


def hkdf_sha256(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    """Return 32 bytes by HKDF-SHA256.

    Args:
        secret: The secret input, of any length.
        salt: None for 32 zero bytes, as RFC 5869 has it.
        info: The purpose, so that keys for two purposes never are the same.
    """
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt, info).derive(secret)


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
