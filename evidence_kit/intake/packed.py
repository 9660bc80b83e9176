"""Files packed into texts as base64: where they stand, so that a text can be copied without the pictures in it.

Mails, backups of short messages, saved pages, address books and JSON carry pictures this way.
"""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence_kit.intake import picture_signatures
from evidence_kit.intake.read import HEAD_BYTES
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.window import Window
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Family

_BLOCK_BYTES: Final = 4 << 20
_PIECE_BYTES: Final = 1 << 20
LONGEST_RUN_BYTES: Final = 64 << 20
MOST_RUNS: Final = 20_000
# What has no known type is a picture's only where it is long enough for one; keys and tokens are not.
_UNKNOWN_LETTERS: Final = 1024
_LEVELS: Final = 3

# A line break inside of base64, as mails, address books, JSON and XML write it.
_BREAK: Final = rb"(?:\r?\n[ \t]{0,8}|[ \t]|\\r\\n|\\n|&#1[03];(?:&#1[03];)?)"
_LETTER: Final = rb"(?:[A-Za-z0-9+/_-]|\\/)"
# A line of dashes is a boundary of a mail, and a short last line belongs to it only where nothing follows on the line.
_RUN: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9+/_\\-])|(?<=\\[nrt]))" + _LETTER + rb"{24,}+"
    rb"(?:" + _BREAK + rb"(?!--)" + _LETTER + rb"{40,}+)*+"
    rb"(?:" + _BREAK + rb"(?!--)" + _LETTER + rb"{1,39}+(?=={0,2}[ \t]*(?:[\r\n\"'<&]|\\[nr\"]|\Z)))?"
    rb"={0,2}"
)
_LABEL: Final = re.compile(rb"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[\w=.\"-]{1,80}){0,4},\Z")
_LABEL_BYTES: Final = 500
# Where a run can begin is looked for in a copy in which every letter is the same: ten times as fast.
_SAME: Final = bytes(
    0x41 if chr(byte) in string.ascii_letters + string.digits + "+/_-\\" else 0x20 for byte in range(256)
)
_FEWEST: Final = b"A" * 24
_BREAKS: Final = re.compile(_BREAK)
_HEX: Final = re.compile(rb"[0-9a-f]{40,}|[0-9A-F]{40,}")
_FORMS: Final = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Base64Run:
    """A stretch of a text that is a file in base64.

    Attributes:
        start: Offset in the text of everything that says so, a `data:` in front included.
        data_start: Where the letters begin.
        end: Offset behind its last letter.
    """

    start: int
    data_start: int
    end: int

    def content(self, window: Window) -> bytes:
        """Return the file.

        Raises:
            MemberError: The text ends before it.
        """
        window = window.part()
        window.seek(self.data_start)
        data = window.read(self.end - self.data_start)
        if len(data) < self.end - self.data_start:
            raise MemberError("truncated", 0)
        return decoded(data)


def decoded(letters: bytes) -> bytes:
    """Return what base64 of either alphabet stands for, or hexadecimal; what is left over at its end is dropped."""
    plain = _BREAKS.sub(b"", letters).replace(b"\\/", b"/").translate(_FORMS, b"=")
    if _HEX.fullmatch(plain):
        return bytes.fromhex(plain[: len(plain) // 2 * 2].decode("ascii"))
    return base64.b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + b"==")


def pictures(window: Window) -> list[Base64Run]:
    """Return every run that is, or may hold, a picture, in the order in which they stand.

    Raises:
        MemberError: The text cannot be read, or there are more runs, or longer ones, than are looked at.
    """
    return _of(window, _LEVELS)


def _of(window: Window, levels: int) -> list[Base64Run]:
    found = [run for run, letters in _runs(window) if _shows(letters, levels)]
    if len(found) > MOST_RUNS:
        raise MemberError("too-many", 0)
    return found


def _shows(letters: bytes, levels: int) -> bool:
    head = decoded(letters[: 3 * HEAD_BYTES])[:HEAD_BYTES]
    kind = sniff(head, len(letters) * 3 // 4)
    if kind.family is Family.UNKNOWN:
        # A list of digests is no picture; a picture in hexadecimal is known by its first bytes.
        return len(letters) >= _UNKNOWN_LETTERS and _HEX.fullmatch(_BREAKS.sub(b"", letters[:4096])) is None
    if picture_signatures.may_hold_pictures(kind):
        return True
    content = decoded(letters)
    if picture_signatures.picture_inside(iter([content])):
        return True
    return levels > 1 and bool(_of(_in_memory(content), levels - 1))


def _in_memory(content: bytes) -> Window:
    return Window(lambda offset, size: content[offset : offset + size], 0, len(content))


def _runs(window: Window) -> Iterator[tuple[Base64Run, bytes]]:
    """Yield every run of base64 with its letters; a run at the end of a block is read again from its beginning."""
    at, size = 0, _BLOCK_BYTES
    while block := _read(window, at, size):
        last, following = len(block) < size, at + max(1, len(block) - 256)
        unfinished = None
        for start, match in _matches(block):
            if match.end() > len(block) - 256 and not last:
                unfinished = start
                break
            yield Base64Run(at + start, at + match.start(), at + match.end()), match[0]
            following = max(following, at + match.end())
        if last:
            return
        if unfinished is None:
            at, size = following, _BLOCK_BYTES
        elif unfinished > 0:
            at, size = at + unfinished, _BLOCK_BYTES
        elif size < LONGEST_RUN_BYTES:
            size *= 4
        else:
            raise MemberError("too-large", 0)


def _matches(block: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield every run in a block, and where what belongs to it begins."""
    same, at = block.translate(_SAME), 0
    while (start := same.find(_FEWEST, at)) >= 0:
        word_end = same.find(b" ", start)
        found = _RUN.search(block, start, len(block) if word_end < 0 else word_end)
        match = None if found is None else _RUN.match(block, found.start())
        if match is None:
            at = len(block) if word_end < 0 else word_end
            continue
        label = _LABEL.search(block, max(at, match.start() - _LABEL_BYTES), match.start())
        yield (match.start() if label is None else label.start()), match
        at = match.end()


def _read(window: Window, at: int, size: int) -> bytes:
    window = window.part()
    window.seek(at)
    found = bytearray()
    while len(found) < size and (piece := window.read(size - len(found))):
        found += piece
    return bytes(found)


def without(window: Window, runs: list[Base64Run]) -> Callable[[], Iterator[bytes]]:
    """Return what yields a text without these runs."""

    def pieces() -> Iterator[bytes]:
        at = 0
        for run in [*runs, None]:
            view, end = window.part(), None if run is None else run.start
            view.seek(at)
            while end is None or at < end:
                piece = view.read(_PIECE_BYTES if end is None else min(_PIECE_BYTES, end - at))
                if not piece:
                    break
                at += len(piece)
                yield piece
            at = at if run is None else run.end

    return pieces
