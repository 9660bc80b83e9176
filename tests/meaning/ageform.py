"""age files written the same each time: from the age specification, and with no randomness, for vectors alone."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.meaning.writer import Key

P = 2**255 - 19
SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
X25519, SSH = b"age-encryption.org/v1/X25519", b"age-encryption.org/v1/ssh-ed25519"


def _plain(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=info).derive(secret)


def bech32(prefix: str, data: bytes) -> str:
    """Return the text for 32 bytes (BIP 173)."""
    number = int.from_bytes(data, "big") << 4
    values = [number >> 5 * (51 - at) & 31 for at in range(52)]
    spread = [*(ord(each) >> 5 for each in prefix), 0, *(ord(each) & 31 for each in prefix)]
    sums = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    checked = 1
    for value in [*spread, *values, *[0] * 6]:
        top, checked = checked >> 25, (checked & 0x1FFFFFF) << 5 ^ value
        for bit, mask in enumerate(sums):
            checked ^= mask if top >> bit & 1 else 0
    checked ^= 1
    values += [checked >> 5 * (5 - at) & 31 for at in range(6)]
    return f"{prefix}1" + "".join(SIGNS[each] for each in values)


class Identity:
    """A case's key.

    Attributes:
        secret: 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    @property
    def recipient(self) -> str:
        return bech32("age", self.public)

    @property
    def text(self) -> str:
        return bech32("age-secret-key-", self.secret).upper()


def _exchanged(secret: bytes, public: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def _stanza(file_key: bytes, ephemeral: bytes, reader: Identity | Key) -> bytes:
    share = X25519PrivateKey.from_private_bytes(ephemeral).public_key().public_bytes_raw()
    if isinstance(reader, Identity):
        wrapping = _derived(_exchanged(ephemeral, reader.public), share + reader.public, X25519)
        head = b"-> X25519 " + _plain(share)
    else:
        # The same point on the other curve: u = (1 + y) / (1 - y).
        y = int.from_bytes(reader.blob[-32:], "little") & (2**255 - 1)
        point = ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little")
        tweak = _derived(b"", reader.blob, SSH)
        wrapping = _derived(_exchanged(tweak, _exchanged(ephemeral, point)), share + point, SSH)
        head = b"-> ssh-ed25519 " + _plain(hashlib.sha256(reader.blob).digest()[:4]) + b" " + _plain(share)
    return head + b"\n" + _plain(ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)) + b"\n"


def encrypted(data: bytes, reader: Identity | Key) -> bytes:
    """Return a short text as an age file for one reader; what is random elsewhere follows from the text."""
    seed = hashlib.sha256(b"no randomness" + data).digest()
    file_key, nonce, ephemeral = seed[:16], seed[16:], hashlib.sha256(seed).digest()
    header = b"age-encryption.org/v1\n" + _stanza(file_key, ephemeral, reader) + b"---"
    mac = hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")
    payload = ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).encrypt(bytes(11) + b"\x01", data, None)
    return header + b" " + _plain(mac) + b"\n" + nonce + payload
