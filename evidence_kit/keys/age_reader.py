"""The reading half of age for files of `age_writer`: one X25519 stanza, and pieces of 64 KiB.

Whatever has another header is left to pyrage. A seal holds what comes out against its signed SHA-256, so that this code
cannot pass anything off wrongly there; `verify` reads a case with pyrage, which others wrote.

Source: https://age-encryption.org/v1; RFC 7748, RFC 5869, RFC 8439; BIP 173 for the spelling of a secret key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from evidence_kit.keys.age_writer import CHUNK_BYTES, TAG_BYTES, hkdf_sha256, payload_of

_HEADER: Final = re.compile(
    rb"(age-encryption\.org/v1\n-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})\n---) ([A-Za-z0-9+/]{43})\n"
)
HEADER_BYTES: Final = 22 + 10 + 43 + 1 + 43 + 1 + 4 + 43 + 1
_NONCE_BYTES: Final = 16
_SEALED_BYTES: Final = CHUNK_BYTES + TAG_BYTES
_BLOCK_BYTES: Final = 16 * _SEALED_BYTES
_PREFIX: Final = "age-secret-key-"


class OtherFormError(Exception):
    """The file has not the one form that is read here; it may be a sound age file all the same."""


class BrokenError(Exception):
    """The file is damaged, cut off, or for another key."""


class CipherSource(Protocol):
    """A source of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


def plaintext_pieces(source: CipherSource, secrets: Sequence[str]) -> Iterator[bytes]:
    """Yield the plaintext in pieces of 64 KiB, each authenticated before it is yielded.

    Args:
        source: At the start of an age file.
        secrets: `AGE-SECRET-KEY-1…`, the likeliest first.

    Raises:
        OtherFormError: Before anything was yielded: the header is of another form.
        BrokenError: The bytes are damaged, or cut off, or for none of these keys.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    file_key = _file_key(_exactly(source, HEADER_BYTES), secrets)
    nonce = _exactly(source, _NONCE_BYTES)
    if len(nonce) < _NONCE_BYTES:
        raise BrokenError("cut off")
    cipher, count = ChaCha20Poly1305(hkdf_sha256(file_key, nonce, b"payload")), 0
    block = _exactly(source, _BLOCK_BYTES)
    while True:
        following = _exactly(source, _BLOCK_BYTES) if len(block) == _BLOCK_BYTES else b""
        try:
            yield from _opened(cipher, block, count, last=not following)
        except InvalidTag as error:
            raise BrokenError("a piece is damaged") from error
        if not following:
            return
        count += _BLOCK_BYTES // _SEALED_BYTES
        block = following


def _opened(cipher: Any, block: bytes, count: int, *, last: bool) -> Iterator[bytes]:  # noqa: ANN401 - of cryptography
    view = memoryview(block)
    starts = range(0, max(1, len(view)), _SEALED_BYTES)
    for number, at in enumerate(starts, count):
        piece = view[at : at + _SEALED_BYTES]
        final = last and at == starts[-1]
        # Only a file that holds nothing at all ends with an empty piece.
        if len(piece) < TAG_BYTES or (len(piece) == TAG_BYTES and number > 0):
            raise BrokenError("cut off")
        yield cipher.decrypt(number.to_bytes(11, "big") + bytes([final]), piece, None)


def _file_key(header: bytes, secrets: Sequence[str]) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    found = _HEADER.fullmatch(header)
    if found is None:
        raise OtherFormError
    share, wrapped, mac = (_decoded(each) for each in found.group(2, 3, 4))
    for secret in secrets:
        own = X25519PrivateKey.from_private_bytes(secret_bytes(secret))
        try:
            shared = own.exchange(X25519PublicKey.from_public_bytes(share))
            key = hkdf_sha256(shared, share + own.public_key().public_bytes_raw(), b"age-encryption.org/v1/X25519")
            file_key = ChaCha20Poly1305(key).decrypt(bytes(12), wrapped, None)
        except (InvalidTag, ValueError):  # for another key; a point of low order
            continue
        if not hmac.compare_digest(hmac.digest(hkdf_sha256(file_key, None, b"header"), found[1], "sha256"), mac):
            raise BrokenError("the header is damaged")
        return file_key
    raise BrokenError("for another key")


def secret_bytes(text: str) -> bytes:
    """Return the secret key that `AGE-SECRET-KEY-1…` spells, 32 bytes.

    Raises:
        ValueError: It is none, or was typed wrongly.
    """
    return payload_of(text.lower(), _PREFIX)


def _decoded(text: bytes) -> bytes:
    try:
        data = base64.b64decode(text + b"=", validate=True)
    except binascii.Error as error:
        raise OtherFormError from error
    if base64.b64encode(data).rstrip(b"=") != text:
        raise OtherFormError
    return data


def _exactly(source: CipherSource, size: int) -> bytes:
    """Return so many bytes, fewer only at the end."""
    data = source.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    left = size - len(data)
    while left and (more := source.read(left)):
        parts.append(more)
        left -= len(more)
    return b"".join(parts)
