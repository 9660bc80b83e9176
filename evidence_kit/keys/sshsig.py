"""SSHSIG signatures, as `ssh-keygen -Y sign` writes and `ssh-keygen -Y verify` reads them.

A signature is made over a small wrapper that names the namespace and the SHA-512 of the message, so that a
signature made for one purpose is worth nothing for another. Only Ed25519 is written or accepted: one key type,
fixed sizes, no parameters to get wrong.

Source: `PROTOCOL.sshsig` of OpenSSH; RFC 8709 for the key format.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from evidence_kit.keys import points

_MAGIC = b"SSHSIG"
_VERSION = 1
_KEY_TYPE = b"ssh-ed25519"
_HASH = b"sha512"
_ARMOUR_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_ARMOUR_END = b"-----END SSH SIGNATURE-----\n"
_ARMOUR_WIDTH = 70

CHECKPOINT_NAMESPACE = "evidence-kit"
SEAL_NAMESPACE = "evidence-kit-seal"
ARCHIVE_NAMESPACE = "evidence-kit-archive"
# What a receiver signs with a key of their own: the statement of an archive.
RECEIVED_NAMESPACE = "evidence-kit-received"


class SmallOrderError(ValueError):
    """A point that stands where a key should, and under which a signature of nobody's may hold."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key.

    Attributes:
        raw: 32 bytes.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise ValueError("an Ed25519 public key has 32 bytes")
        if not points.is_edwards_key(self.raw):
            raise SmallOrderError("a point of small order, or not in its one spelling: no key of anybody")

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read `ssh-ed25519 AAAA… comment`.

        Raises:
            ValueError: It is no Ed25519 public key in OpenSSH's one-line form.
        """
        parts = text.split()
        if len(parts) < 2 or parts[0].encode() != _KEY_TYPE:
            raise ValueError("not an ssh-ed25519 public key")
        try:
            blob = base64.b64decode(parts[1], validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        return cls._from_blob(blob)

    @classmethod
    def _from_blob(cls, blob: bytes) -> PublicKey:
        reader = _Reader(blob)
        if reader.string() != _KEY_TYPE:
            raise ValueError("not an ssh-ed25519 public key")
        key = cls(reader.string())
        reader.end()
        return key

    @property
    def blob(self) -> bytes:
        """The key as OpenSSH's wire format has it."""
        return _string(_KEY_TYPE) + _string(self.raw)

    @property
    def line(self) -> str:
        """`ssh-ed25519 AAAA…`, without a comment."""
        return f"{_KEY_TYPE.decode()} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`, as `ssh-keygen -l` prints it."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Signature:
    """One parsed SSHSIG blob.

    Attributes:
        key: Who signed, by their own claim until `holds` says so.
        namespace: What it was signed for.
        raw: 64 bytes of Ed25519 signature.
    """

    key: PublicKey
    namespace: str
    raw: bytes

    @property
    def blob(self) -> bytes:
        """The bytes that stand, in base64, between the armour lines."""
        return (
            _MAGIC
            + _VERSION.to_bytes(4, "big")
            + _string(self.key.blob)
            + _string(self.namespace.encode())
            + _string(b"")
            + _string(_HASH)
            + _string(_string(_KEY_TYPE) + _string(self.raw))
        )

    @classmethod
    def parse(cls, blob: bytes) -> Signature:
        """Read a blob; anything but the exact bytes that `blob` would write is refused.

        Raises:
            ValueError: It is no SSHSIG of the one form used here.
        """
        if blob[:6] != _MAGIC or int.from_bytes(blob[6:10], "big") != _VERSION:
            raise ValueError("not an SSHSIG, version 1")
        reader = _Reader(blob[10:])
        key = PublicKey._from_blob(reader.string())  # noqa: SLF001 - same module, one parser
        namespace = reader.string().decode("ascii", "strict")
        reader.string()
        reader.string()
        inner = _Reader(reader.string())
        reader.end()
        inner.string()
        signature = cls(key, namespace, inner.string())
        if len(signature.raw) != 64 or signature.blob != blob:
            raise ValueError("not an SSHSIG of the one form used here")
        return signature

    def holds(self, message: bytes, namespace: str) -> bool:
        """Say whether this signature was made by `key` over exactly this message, for this namespace."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        if self.namespace != namespace:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.key.raw).verify(self.raw, to_be_signed(message, namespace))
        except (InvalidSignature, ValueError):
            return False
        return True


def to_be_signed(message: bytes, namespace: str) -> bytes:
    """Return the wrapper that Ed25519 really signs."""
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH) + _string(digest)


def armour(blob: bytes) -> bytes:
    """Return the text form, byte for byte as OpenSSH writes it: 70 columns, newline at the end."""
    text = base64.b64encode(blob)
    rows = [text[at : at + _ARMOUR_WIDTH] + b"\n" for at in range(0, len(text), _ARMOUR_WIDTH)]
    return _ARMOUR_BEGIN + b"".join(rows) + _ARMOUR_END


def unarmour(text: bytes) -> bytes:
    """Return the blob of a text form; any byte that `armour` would not have written is refused.

    Raises:
        ValueError: The text is not exactly what `armour` writes.
    """
    if not (text.startswith(_ARMOUR_BEGIN) and text.endswith(_ARMOUR_END)):
        raise ValueError("not an armoured SSH signature")
    body = text[len(_ARMOUR_BEGIN) : -len(_ARMOUR_END)].replace(b"\n", b"")
    try:
        blob = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if armour(blob) != text:
        raise ValueError("not the armour that ssh-keygen writes")
    return blob


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


class _Reader:
    """Reads the length-prefixed strings of OpenSSH's wire format."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def string(self) -> bytes:
        start = self._at + 4
        if start > len(self._data):
            raise ValueError("cut off")
        end = start + int.from_bytes(self._data[self._at : start], "big")
        if end > len(self._data):
            raise ValueError("cut off")
        self._at = end
        return self._data[start:end]

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("bytes behind the end")
