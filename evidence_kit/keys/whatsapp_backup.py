"""Opens WhatsApp's end-to-end encrypted backup (`.crypt15`) with the 64-digit key that its owner was shown.

The form, as public tools describe it: one byte for the length of a header, perhaps a byte 0x01, the header (a protobuf
message whose field 3 holds the initialisation vector of 16 bytes), then AES-256-GCM: the encrypted bytes and 16 of
authentication. A backup in one file ends with the MD5 of all before it. The key of the cipher is made of the 64 digits
with HMAC-SHA256, once under 32 zero bytes, and once more over the words `backup encryption` and the byte 0x01.

Source: the key derivation and the layout, https://github.com/ElDavoo/wa-crypt-tools (read for facts).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Final

from evidence_kit.keys.errors import KeyUnreadableError

LARGEST_BYTES: Final = 512 << 20
_PURPOSE: Final = b"backup encryption\x01"
_TAG_BYTES: Final = 16
_VECTOR_BYTES: Final = 16
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


class NotThisKeyError(Exception):
    """The key does not open the backup, or its bytes are damaged: its cipher cannot tell these apart."""


class NoBackupError(Exception):
    """The bytes are no backup of this form."""


def root_key(typed: str) -> bytes:
    """Return the 32 bytes of a key of 64 hexadecimal digits; blanks and hyphens between them do not matter.

    Raises:
        KeyUnreadableError: It is none.
    """
    digits = re.sub(r"[\s\-]", "", typed).lower()
    if not _KEY.fullmatch(digits):
        raise KeyUnreadableError("whatsapp-key-unreadable")
    return bytes.fromhex(digits)


def decrypt_backup(data: bytes, root: bytes) -> bytes:
    """Return the contents of a backup: a database, still packed with zlib.

    Args:
        data: The whole file.
        root: As `root_key` returns it.

    Raises:
        NoBackupError: It is no backup of this form.
        NotThisKeyError: The key is another, or the bytes are damaged.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import GCM

    begin = 2 if data[1:2] == b"\x01" else 1
    end = begin + (data[0] if data else 0)
    vector = _vector(data[begin:end])
    if end + _TAG_BYTES > len(data):
        raise NoBackupError
    whole = hashlib.md5(data[:-16], usedforsecurity=False).digest() == data[-16:]
    last = len(data) - (16 if whole else 0)
    sealed, tag = data[end : last - _TAG_BYTES], data[last - _TAG_BYTES : last]
    secret = hmac.digest(hmac.digest(bytes(32), root, "sha256"), _PURPOSE, "sha256")
    opener = Cipher(AES(secret), GCM(vector, tag)).decryptor()
    try:
        return opener.update(sealed) + opener.finalize()
    except InvalidTag as error:
        raise NotThisKeyError from error


def _vector(header: bytes) -> bytes:
    for number, value in _fields(header):
        if number == 3:
            vector = next((inner for field, inner in _fields(value) if field == 1), b"")
            if len(vector) == _VECTOR_BYTES:
                return vector
    raise NoBackupError


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the fields of a protobuf message that hold bytes; the others are passed over.

    Raises:
        NoBackupError: It is no such message.
    """
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind = key & 7
        if kind == _VARINT:
            _, at = _number(message, at)
        elif kind == _BYTES:
            size_bytes, at = _number(message, at)
            yield key >> 3, message[at : at + size_bytes]
            at += size_bytes
        elif kind in {_EIGHT, _FOUR}:
            at += 8 if kind == _EIGHT else 4
        else:
            raise NoBackupError


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise NoBackupError
        value |= (message[at] & 0x7F) << shift
        at += 1
        if not message[at - 1] & 0x80:
            return value, at
    raise NoBackupError
