"""age encryption: case identities, wrapped keys and streams of evidence.

Source: the age file format, https://age-encryption.org/v1. Small things are read and written, and cases are checked, by
rage through pyrage; evidence is written by `age_writer`, and read by `age_reader` where its digest is compared at once.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol

from evidence_kit.keys import age_reader
from evidence_kit.keys.age_reader import BrokenError, OtherFormError
from evidence_kit.keys.age_writer import AgeWriter, recipient_bytes
from evidence_kit.keys.errors import KeyUnreadableError, NoReaderError
from evidence_kit.keys.sshsig import PublicKey, SmallOrderError
from evidence_kit.model import ByteSink

PIECE_BYTES = 1 << 20


class ByteSource(Protocol):
    """A source of bytes for an encryption."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class DamagedError(Exception):
    """The encrypted bytes are damaged, cut off, or for another key."""


class CaseIdentity:
    """The X25519 keys that open one case: one, and one more for every time its recipient was changed, oldest first."""

    def __init__(self, secrets: str) -> None:
        """Read an age identity file: a secret key a line.

        Raises:
            ValueError: It is none.
        """
        from pyrage import IdentityError, x25519

        self._secrets = tuple(dict.fromkeys(secrets.split()))
        try:
            self._identities = tuple(x25519.Identity.from_str(each) for each in self._secrets)
        except IdentityError:
            raise ValueError("not an age identity") from None
        if not self._identities:
            raise ValueError("not an age identity")

    @classmethod
    def generate(cls) -> CaseIdentity:
        """Make a new identity from the system's randomness."""
        from pyrage import x25519

        return cls(str(x25519.Identity.generate()))

    @property
    def recipient(self) -> str:
        """The public half of the newest key, `age1…`."""
        return self.recipients[-1]

    @property
    def recipients(self) -> tuple[str, ...]:
        """The public halves, oldest first."""
        return tuple(str(each.to_public()) for each in self._identities)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret halves, newest first."""
        return self._secrets[::-1]

    def after(self, older: CaseIdentity) -> CaseIdentity:
        """Return both together, as one identity whose newest key is the newest of this one."""
        return CaseIdentity(
            "\n".join((*(each for each in older._secrets if each not in self._secrets), *self._secrets))
        )

    def wrap(self, reader: str) -> bytes:
        """Return this identity, as a file for one reader; `age -d -i THEIR-KEY` prints its keys again, a line each."""
        return encrypt_bytes("".join(f"{each}\n" for each in self._secrets).encode(), [reader])

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that only who holds the newest key can compute, others for every purpose (HKDF-SHA256)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._secrets[-1].encode())

    @property
    def opener(self) -> Any:  # noqa: ANN401 - pyrage has no types
        """The openers for `decrypt_bytes`: the newest key is tried first."""
        return self._identities[::-1]


def age_recipient(text: str) -> Any:  # noqa: ANN401 - pyrage has no types
    """Return pyrage's recipient for `age1…` or `ssh-ed25519 AAAA…`.

    Raises:
        KeyUnreadableError: It is neither, or a point of small order, for which everybody could open.
    """
    import pyrage

    text = text.strip()
    try:
        if text.startswith("age1"):
            recipient_bytes(text)
            return pyrage.x25519.Recipient.from_str(text)
        if text.startswith("ssh-ed25519 "):
            PublicKey.parse(text)
        return pyrage.ssh.Recipient.from_str(text)
    except SmallOrderError as error:
        raise KeyUnreadableError("key-of-small-order") from error
    except ValueError as error:
        raise KeyUnreadableError("key-not-a-recipient") from error
    except pyrage.RecipientError as error:
        raise KeyUnreadableError("key-not-a-recipient") from error


def encrypt_bytes(plaintext: bytes, readers: Sequence[str]) -> bytes:
    """Encrypt a small piece of data to all readers."""
    import pyrage

    return bytes(pyrage.encrypt(plaintext, [age_recipient(reader) for reader in readers]))


def decrypt_bytes(ciphertext: bytes, openers: Sequence[Any]) -> bytes:
    """Decrypt a small piece of data.

    Raises:
        DamagedError: No opener fits, or the bytes are damaged; age cannot tell these apart.
    """
    import pyrage

    try:
        return bytes(pyrage.decrypt(ciphertext, _each(openers)))
    except pyrage.DecryptError as error:
        raise DamagedError(str(error)) from error


def _each(openers: Sequence[Any]) -> list[Any]:
    """Return the single keys of keys and of case identities."""
    return [each for opener in openers for each in (opener if isinstance(opener, tuple) else (opener,))]


def unwrap_identity(wrapped: bytes, openers: Sequence[Any]) -> CaseIdentity:
    """Open a case identity that was wrapped for one of these keys.

    Raises:
        NoReaderError: It was wrapped for somebody else, or is damaged.
    """
    try:
        return CaseIdentity(decrypt_bytes(wrapped, openers).decode("ascii").strip())
    except (DamagedError, ValueError) as error:
        raise NoReaderError("key-opens-nothing") from error


def encrypt_stream(source: ByteSource, sink: ByteSink, reader: str) -> None:
    """Encrypt a stream of any length in flat memory; an exception of `source` or `sink` comes out unchanged.

    Args:
        source: The plaintext, read front to back once.
        sink: Takes the age file, piece by piece, and is flushed at the end.
        reader: The one recipient, `age1…`.

    Raises:
        KeyUnreadableError: The reader is no `age1…`.
    """
    writer = AgeWriter(reader)
    while piece := source.read(PIECE_BYTES):
        for sealed in writer.encrypt_piece(piece):
            sink.write(bytes(sealed))
    sink.write(writer.encrypt_rest())
    sink.flush()


def decrypt_stream(source: ByteSource | BinaryIO, sink: ByteSink, opener: Any) -> None:  # noqa: ANN401
    """Decrypt a stream; bytes reach `sink` before the end was seen to be sound.

    Args:
        source: The age file, from where it stands.
        sink: Takes the plaintext.
        opener: pyrage's identity or SSH identity.

    Raises:
        DamagedError: The ciphertext is damaged or cut; what `sink` got is then worth nothing.
    """
    import pyrage

    guarded_source, guarded_sink = _Guarded(source), _Guarded(sink)
    try:
        pyrage.decrypt_io(guarded_source, guarded_sink, _each([opener]))
    except (pyrage.DecryptError, OSError) as error:
        _reraise(guarded_source, guarded_sink)
        raise DamagedError(str(error)) from error
    _reraise(guarded_source, guarded_sink)


def open_stream(source: BinaryIO, sink: ByteSink, identity: CaseIdentity) -> None:
    """Decrypt a file of `encrypt_stream`, several times as fast; any other as `decrypt_stream` does.

    Args:
        source: The age file; seekable, so that another form can be begun anew.
        sink: Takes the plaintext.
        identity: The case's keys, tried from the newest on.

    Raises:
        DamagedError: The ciphertext is damaged, cut, or for another key; what `sink` got is then worth nothing.
    """
    start = source.tell()
    try:
        for piece in age_reader.plaintext_pieces(source, identity.secrets):
            sink.write(piece)
        sink.flush()
    except OtherFormError:
        source.seek(start)
        decrypt_stream(source, sink, identity.opener)
    except BrokenError as error:
        raise DamagedError(str(error)) from error


def _reraise(*sides: _Guarded) -> None:
    for side in sides:
        if side.raised is not None:
            raise side.raised


class _Guarded:
    """Passes reads and writes on, and remembers their exceptions."""

    def __init__(self, side: Any) -> None:  # noqa: ANN401 - a source or a sink
        self._side = side
        self.raised: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        return bytes(self._do(self._side.read, size))

    def write(self, data: bytes) -> int:
        return int(self._do(self._side.write, data))

    def flush(self) -> None:
        self._do(self._side.flush)

    def _do(self, act: Any, *arguments: Any) -> Any:  # noqa: ANN401
        try:
            return act(*arguments)
        except BaseException as error:
            self.raised = error
            raise OSError(errno.EIO, "stopped") from error
