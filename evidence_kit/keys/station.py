"""The station key: one OpenSSH Ed25519 key that signs for a person and opens their cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidence_kit.keys.errors import KeyUnreadableError, WrongPassphraseError
from evidence_kit.keys.sshsig import PublicKey, Signature, to_be_signed
from evidence_kit.keys.strength import check_strength

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# 16 rounds, OpenSSH's default, cost a guesser 0.15 s each; 64 cost 0.6 s and a person does not notice.
KDF_ROUNDS = 64


class SigningKey:
    """An unlocked Ed25519 key; exists in memory only."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> SigningKey:
        """Make a new key from the system's randomness."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """Make the key that these 32 bytes stand for."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def seed(self) -> bytes:
        """The secret itself, 32 bytes; for the recovery sheet alone."""
        return self._private.private_bytes_raw()

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that only who holds the key can compute, others for every purpose (HKDF-SHA256)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self.seed)

    def sign(self, message: bytes, namespace: str) -> Signature:
        """Sign a message for one namespace."""
        return Signature(self.public, namespace, self._private.sign(to_be_signed(message, namespace)))

    @property
    def opener(self) -> Any:  # noqa: ANN401 - pyrage has no types
        """This key as an age identity; the plain form that pyrage wants never leaves memory."""
        from pyrage import ssh

        return ssh.Identity.from_buffer(self.openssh(None))

    def openssh(self, passphrase: bytes | None) -> bytes:
        """Return the OpenSSH private key file, locked by the passphrase unless it is None.

        Raises:
            WeakPassphraseError: The passphrase can be guessed.
        """
        from cryptography.hazmat.primitives import serialization

        lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            check_strength(passphrase)
            builder = serialization.PrivateFormat.OpenSSH.encryption_builder()
            lock = builder.kdf_rounds(KDF_ROUNDS).build(passphrase)
        return self._private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, lock)


def unlock(key_file: bytes, passphrase: bytes | None) -> SigningKey:
    """Open an OpenSSH Ed25519 private key.

    Raises:
        WrongPassphraseError: The passphrase does not fit, or there is none and one is needed.
        KeyUnreadableError: It is no such key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    # What cryptography raises carries no secret, yet its context would show local variables in a debugger's
    # traceback: the chain is cut here.
    try:
        private = load_ssh_private_key(key_file, passphrase)
    except TypeError:
        raise WrongPassphraseError("passphrase-needed" if passphrase is None else "key-has-none") from None
    except ValueError as error:
        # The message is the one thing that tells a wrong passphrase from a damaged file.
        if "checksum" in str(error).lower() or "password" in str(error).lower():
            raise WrongPassphraseError("passphrase-wrong") from None
        raise KeyUnreadableError("key-unreadable") from None
    except UnsupportedAlgorithm:
        raise KeyUnreadableError("key-unreadable") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyUnreadableError("key-not-ed25519")
    return SigningKey(private)
