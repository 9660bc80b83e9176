"""The archive: one AES-256 member that holds a plain zip, written as a push and read front to back.

AES-zip authenticates neither names nor the directory; a single member inside a single member leaves nothing to
swap. Encryption is pyzipper's, its AES run by OpenSSL; headers are ours, because a verifier has to be able to rebuild
them. Reading needs nothing of pyzipper: loading it takes longer than reading a small archive does.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from evidence_kit.keys.aes_counter import CounterStream
from evidence_kit.sealing import zipform
from evidence_kit.sealing.zipform import ArchiveMember, FormError, OtherContentError
from evidence_kit.threads import Threads

OUTER_MEMBER = "evidence.zip"
_SALT_BYTES = 16
_CHECK_BYTES = 2
_KEY_BYTES = 32
_ROUNDS = 1000
_CODE_BYTES = 10
PIECE_BYTES = 1 << 20
_FEW_PIECES = 32


class WrongPassphraseOrDamagedError(Exception):
    """The two check bytes do not fit: another passphrase, or a damaged salt. Nobody can tell which."""


class CutError(Exception):
    """The archive ends too early."""


class ArchiveSink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take all of them."""
        ...

    def flush(self) -> None:
        """Keep nothing back."""
        ...


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """One member of the inner archive, as it will be written.

    Attributes:
        member: Name, size and CRC-32, known beforehand.
        feed: Pushes exactly this content into a sink.
    """

    member: ArchiveMember
    feed: Callable[[ArchiveSink], None]


def small_part(name: str, content: bytes) -> ArchivePart:
    """Return a small member whose content is in memory."""

    def feed(sink: ArchiveSink) -> None:
        sink.write(content)

    return ArchivePart(ArchiveMember(name, len(content), zlib.crc32(content)), feed)


def write_archive(target: ArchiveSink, parts: Iterable[ArchivePart], passphrase: str) -> None:
    """Write the whole archive; every byte leaves in order, nothing is written twice.

    Args:
        target: Takes the archive front to back.
        parts: Members of the inner archive; each announces size and CRC-32 before its bytes are asked for.
        passphrase: 28 decimal digits, without spaces.

    Raises:
        OtherContentError: A part has not the size or CRC-32 that it announced.
    """
    from pyzipper.zipfile_aes import AESZipEncrypter

    listed = list(parts)
    members = [each.member for each in listed]
    outer = ArchiveMember(OUTER_MEMBER, zipform.archive_size_bytes(members), 0, encrypted=True)
    target.write(zipform.local_header(outer))
    encrypter = AESZipEncrypter(passphrase.encode("ascii"), nbits=256)
    encrypter = _quickened(encrypter, passphrase)
    target.write(encrypter.encryption_header())
    with Threads(1, thread_name_prefix="seal") as thread:
        inner = _Encrypting(target, encrypter, thread)
        for each in listed:
            inner.write(zipform.local_header(each.member))
            counted = _Counted(inner)
            each.feed(counted)
            if (counted.size_bytes, counted.crc32) != (each.member.size_bytes, each.member.crc32):
                raise OtherContentError(each.member.name)
        inner.write(zipform.directory_bytes(members))
        inner.finish()
    target.write(encrypter.flush())
    target.write(zipform.directory_bytes([outer]))
    target.flush()


class _Encrypting:
    """Collects small writes into pieces, and encrypts each in a thread while the next one is being made."""

    def __init__(self, target: ArchiveSink, encrypter: Any, thread: Executor) -> None:  # noqa: ANN401 - pyzipper has no types
        self._target = target
        self._encrypter = encrypter
        self._thread = thread
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._under_way: Future[None] | None = None

    def write(self, data: bytes, /) -> int:
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= PIECE_BYTES:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces go out when they are large enough, not on demand."""

    def finish(self) -> None:
        """Send the last piece, and return when everything was written; any failure on the way is raised."""
        self._send()
        self._settle()

    def _send(self) -> None:
        self._settle()
        # One piece at a time: the cipher counts its blocks and the target takes bytes in order, so a second piece
        # under way would be encrypted for the wrong place.
        pieces, self._waiting, self._waiting_bytes = self._waiting, [], 0
        self._under_way = self._thread.submit(self._encrypt, pieces)

    def _encrypt(self, pieces: list[bytes]) -> None:
        # Pieces of a size that stays in the cache are best; many small ones cost more one by one than their copy does.
        for piece in pieces if len(pieces) <= _FEW_PIECES else [b"".join(pieces)]:
            self._target.write(self._encrypter.encrypt(piece))

    def _settle(self) -> None:
        if self._under_way is not None:
            self._under_way.result()
            self._under_way = None


def _quickened(encrypter: Any, passphrase: str) -> Any:  # noqa: ANN401 - pyzipper has no types
    """Give pyzipper's encrypter OpenSSL's AES, and the standard library's HMAC.

    Source: docs/decisions/0005; a test holds both against pyzipper's own.
    """
    keys = _Keys.derived(passphrase, encrypter.salt)
    encrypter.encrypter = CounterStream(keys.cipher)
    encrypter.hmac = hmac.new(keys.code, digestmod=hashlib.sha1)
    return encrypter


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys that WinZip's AE-2 derives from a passphrase and a salt."""

    cipher: bytes = field(repr=False)
    code: bytes = field(repr=False)
    check: bytes = field(repr=False)

    @classmethod
    def derived(cls, passphrase: str, salt: bytes) -> _Keys:
        length = 2 * _KEY_BYTES + _CHECK_BYTES
        made = hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), salt, _ROUNDS, length)
        return cls(made[:_KEY_BYTES], made[_KEY_BYTES : 2 * _KEY_BYTES], made[2 * _KEY_BYTES :])


class _Decrypter:
    """Decrypts front to back, and holds the authentication code of all that came."""

    def __init__(self, keys: _Keys) -> None:
        self._counter = CounterStream(keys.cipher)
        self._code = hmac.new(keys.code, digestmod=hashlib.sha1)

    def decrypt(self, piece: bytes) -> bytes:
        self._code.update(piece)
        return bytes(self._counter.decrypt(piece))

    def holds(self, code: bytes) -> bool:
        return hmac.compare_digest(self._code.digest()[:_CODE_BYTES], code)


class _Counted:
    """Counts the bytes that pass, so that a part cannot differ from its announcement."""

    def __init__(self, target: ArchiveSink) -> None:
        self._target = target
        self.size_bytes = 0
        self.crc32 = 0

    def write(self, data: bytes, /) -> int:
        self.size_bytes += len(data)
        self.crc32 = zlib.crc32(data, self.crc32)
        return self._target.write(data)

    def flush(self) -> None:
        self._target.flush()


class Readable(Protocol):
    """Gives bytes, front to back."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes, none at the end."""
        ...


class OpenedArchive:
    """The decrypted stream of an archive's one member.

    Nothing that is read here may be shown before `authentic` was asked at the end: until then anybody may have
    written it.
    """

    def __init__(self, file: Readable, outer: ArchiveMember, decrypter: _Decrypter, thread: Executor) -> None:
        self._file = file
        self._decrypter = decrypter
        self._thread = thread
        self._left_bytes = outer.size_bytes
        self._ready = memoryview(b"")
        self._ahead: Future[bytes] | None = None
        self.outer = outer

    def read(self, size: int = PIECE_BYTES, /) -> bytes:
        """Return up to `size` decrypted bytes, none at the end; the next piece is decrypted meanwhile.

        Raises:
            CutError: The file ends before the member does.
        """
        if not self._ready:
            current = self._ahead or self._next()
            if current is not None:
                self._ready = memoryview(current.result())
                self._ahead = self._next()
        taken, self._ready = self._ready[:size], self._ready[size:]
        return bytes(taken)

    def _next(self) -> Future[bytes] | None:
        if not self._left_bytes:
            return None
        size = min(PIECE_BYTES, self._left_bytes)
        self._left_bytes -= size
        return self._thread.submit(self._decrypt, size)

    def _decrypt(self, size: int) -> bytes:
        piece = self._file.read(size)
        if len(piece) < size:
            raise CutError
        return self._decrypter.decrypt(piece)

    def exactly(self, size: int) -> bytes:
        """Return so many bytes, or fewer at the end of the stream."""
        data = bytearray()
        while len(data) < size and (piece := self.read(size - len(data))):
            data += piece
        return bytes(data)

    def authentic(self) -> bool:
        """Read to the end and say whether the authentication code holds.

        Raises:
            CutError: The file ends before the code does.
        """
        # The code lies behind all bytes and is over all of them: to stop early is to have checked nothing.
        while self.read():
            pass
        code = self._file.read(_CODE_BYTES)
        if len(code) < _CODE_BYTES:
            raise CutError
        return self._decrypter.holds(code)

    def trailer_intact(self) -> bool:
        """Say whether the bytes behind the member are those of our writer, to the last one."""
        expected = zipform.directory_bytes([self.outer])
        return self._file.read(len(expected) + 1) == expected


@contextmanager
def open_archive(file: Readable, size_bytes: int, passphrase: str) -> Iterator[OpenedArchive]:
    """Open an archive's one member.

    Args:
        file: The archive, at its beginning.
        size_bytes: Its size, against which the header is held.
        passphrase: 28 decimal digits, without spaces.

    Raises:
        FormError: The file does not begin like one of our archives, or its header was changed.
        CutError: The file is shorter than its header says.
        WrongPassphraseOrDamagedError: The passphrase's check bytes do not fit.
    """
    outer = outer_member(file, size_bytes)
    header = file.read(_SALT_BYTES + _CHECK_BYTES)
    if len(header) < _SALT_BYTES + _CHECK_BYTES:
        raise CutError
    keys = _Keys.derived(passphrase, header[:_SALT_BYTES])
    if not hmac.compare_digest(keys.check, header[_SALT_BYTES:]):
        raise WrongPassphraseOrDamagedError
    with Threads(1, thread_name_prefix="open") as thread:
        yield OpenedArchive(file, outer, _Decrypter(keys), thread)


def outer_member(file: Readable, size_bytes: int) -> ArchiveMember:
    """Read the outer local header.

    Raises:
        FormError: It is not ours.
        CutError: The file is shorter than it must be.
    """
    head = file.read(zipform.LOCAL_HEADER_BYTES)
    if len(head) < zipform.LOCAL_HEADER_BYTES:
        raise CutError
    name_bytes, extra_bytes = zipform.parse_local(head)
    rest = file.read(name_bytes + extra_bytes)
    if len(rest) < name_bytes + extra_bytes:
        raise CutError
    member = zipform.member_of(head + rest)
    if member.name != OUTER_MEMBER or not member.encrypted or member.crc32:
        raise FormError("not the one encrypted member of a sealed archive")
    if size_bytes < zipform.archive_size_bytes([member]):
        raise CutError
    return member
