"""The bytes of a sound file, asked for by their place; any misfit ends the looking."""

from __future__ import annotations

from typing import Final

from evidence_kit.intake.understood.language import opaque_spans
from evidence_kit.intake.window import Window

# What may stand beside a sound in words: a title, a name, a program.
_WORDS_BOUND: Final = 60
_LONGEST_WORDS_BYTES: Final = 64 << 10
_PIECE_BYTES: Final = 1 << 20
_BLOCK_BYTES: Final = 64 << 10


class NotSoundError(Exception):
    """The file holds bytes that are neither sound nor words about it."""


class InFragmentsError(NotSoundError):
    """The file is written in fragments, which nobody here follows."""


class SoundSource:
    """Reads a file at places, with a block in memory so that small reads cost little.

    Args:
        window: The bytes.
        size_bytes: How many there are.

    Attributes:
        size_bytes: The same.
    """

    def __init__(self, window: Window, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self._window = window
        self._block, self._at = b"", 0
        self._told: list[str] = []
        self._told_bytes = 0

    def read(self, at: int, size: int) -> bytes:
        """Return bytes at a place.

        Raises:
            NotSoundError: The file ends before.
        """
        if at < 0 or size < 0 or at + size > self.size_bytes:
            raise NotSoundError
        if size > _BLOCK_BYTES:
            return self._read(at, size)
        if not self._at <= at <= at + size <= self._at + len(self._block):
            self._block = self._read(at, min(_BLOCK_BYTES, self.size_bytes - at))
            self._at = at
        return self._block[at - self._at : at - self._at + size]

    def _read(self, at: int, size: int) -> bytes:
        self._window.seek(at)
        data = b""
        while len(data) < size and (piece := self._window.read(size - len(data))):
            data += piece
        if len(data) < size:
            raise NotSoundError
        return data

    def number(self, at: int, size: int, order: str = "big") -> int:
        """Return a whole number at a place.

        Args:
            at: Offset in the file, in bytes.
            size: How many bytes it takes.
            order: `little` for the lowest byte first, else the highest.

        Raises:
            NotSoundError: The file ends before.
        """
        return int.from_bytes(self.read(at, size), "little" if order == "little" else "big")

    def empty(self, at: int, end: int) -> None:
        """Make sure that a stretch holds zeros alone.

        Raises:
            NotSoundError: It does not.
        """
        while at < end:
            size = min(_PIECE_BYTES, end - at)
            if self.read(at, size).strip(b"\0"):
                raise NotSoundError
            at += size

    def words(self, data: bytes) -> None:
        """Make sure that bytes are a few words in UTF-8, UTF-16 or Latin letters.

        Raises:
            NotSoundError: They are not.
        """
        data = data.strip(b"\0")
        self._told_bytes += len(data)
        if self._told_bytes > _LONGEST_WORDS_BYTES:
            raise NotSoundError
        for codec in ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8", "cp1256"):
            try:
                text = data.decode(codec)
            except ValueError:
                continue
            if opaque_spans(text.replace("\0", "\n"), _WORDS_BOUND) or not (
                text.replace("\0", "").isprintable() | ("\n" in text)
            ):
                break
            self._told.append(text.replace("\0", "\n"))
            return
        raise NotSoundError

    def check_told(self) -> None:
        """Make sure that all words about the sound are language together too: each is short, but there may be many.

        Raises:
            NotSoundError: They are not.
        """
        if opaque_spans("\n".join(self._told)):
            raise NotSoundError
