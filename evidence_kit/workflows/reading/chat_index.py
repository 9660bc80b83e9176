"""The index of a case's conversations, kept so that each is read once.

It lies in the case's `cache/`, in files of any number: each covers some exports, is written once and never changed. It
is no evidence and may be deleted at any time. Every piece of a file is encrypted and authenticated with a secret that
only comes out of the case identity, under a text that names the export by its SHA-256, the reader, and the place of the
piece: what was forged, mixed up, cut, or made by another version of a reader does not open, is discarded, and the
export is read again. What opens was made by an isolated worker from hostile bytes: data, like any worker's answer.
"""

from __future__ import annotations

import base64
import contextlib
import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import msgspec

from evidence_kit.chats.index_block import ENTRY_END, IndexColumns, entry_as_told, unpacked_piece
from evidence_kit.chats.message_filter import MessageFilter
from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sealing_box import NONCE_BYTES, SealingBox
from evidence_kit.model import Json
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.vault.disk import RealDisk
from evidence_kit.vault.patience import patiently
from evidence_kit.workers.protocol import ProtocolError, check_value
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.reading.index_records import (
    INDEX_FORM,
    BlockPlace,
    CoveredExport,
    FileSpan,
    IndexDirectory,
    UnpackedExport,
)

PACK: Final = "evidence_kit.chats.worker:index_page"
_FOLDER = "chats"
_ENDING = ".index"
_PURPOSE = "evidence-kit chat index"
_TRAILER = struct.Struct(">QI")
_LARGEST_PIECE = 32 << 20
_LARGEST_DIRECTORY = 64 << 20
# A value that only a closer look can let through: a number as long as one of 2^53, or a number as a key.
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_DOUBTFUL = (b"0" * 16, b'0":')
_DEEP = 60
_END = ENTRY_END.encode()


@dataclass(slots=True)
class _Held:
    """An export with a complete index, and the part of it in memory."""

    covered: CoveredExport
    file: BinaryIO
    starts: list[int]
    open_block: tuple[int, list[bytes], IndexColumns] | None = None

    @property
    def count(self) -> int:
        """How many entries there are."""
        return self.starts[-1]


class ChatIndex:
    """The index of one case, opened; closing it lets go of its files.

    Args:
        case: Unlocked.
    """

    def __init__(self, case: Case) -> None:
        if case.identity is None:
            raise ValueError("the case is locked")
        self._box = SealingBox(case.identity.derive(_PURPOSE))
        self._folder = case.folder.cache / _FOLDER
        self._files: list[BinaryIO] = []
        self._held: dict[str, _Held] = {}
        self._matches: tuple[Any, Sequence[int], int] | None = None
        for path in sorted(self._folder.glob(f"*{_ENDING}")) if self._folder.is_dir() else ():
            self._open(path)

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            file.close()
        self._files.clear()
        self._held.clear()

    def __contains__(self, subject: str) -> bool:
        """Say whether everything of an export is kept, by its `about`."""
        return subject in self._held

    def _open(self, path: Path) -> None:
        """Take over the contents of a file; one that does not open is deleted."""
        try:
            file = path.open("rb")
        except OSError:
            return
        try:
            for covered in self._directory(file).covered:
                starts = [0]
                for block in covered.blocks:
                    starts.append(starts[-1] + block.count)
                self._held[covered.about] = _Held(covered, file, starts)
        except (DamagedError, OSError, ValueError, struct.error, msgspec.MsgspecError):
            file.close()
            _discard(path)
            return
        self._files.append(file)

    def _directory(self, file: BinaryIO) -> IndexDirectory:
        file.seek(0, os.SEEK_END)
        end = file.tell() - _TRAILER.size
        if end < 0:
            raise ValueError("cut")
        file.seek(end)
        offset, size = _TRAILER.unpack(file.read(_TRAILER.size))
        if size > _LARGEST_DIRECTORY or offset + size != end:
            raise ValueError("no directory")
        file.seek(offset)
        sealed = file.read(size)
        return msgspec.json.decode(
            unpacked_piece(self._box.open(f"{INDEX_FORM}/directory", sealed)), type=IndexDirectory
        )

    def _piece(self, held: _Held, span: FileSpan, part: str) -> bytes:
        if span.size > _LARGEST_PIECE:
            raise DamagedError("too large")
        held.file.seek(span.offset)
        return unpacked_piece(self._box.open(f"{held.covered.about}/{part}", held.file.read(span.size)))

    def identifier_rows(self, subject: str) -> tuple[list[Json], int]:
        """Return the rows of identifiers of an export, and how many values were left out.

        Raises:
            DamagedError: The file is not any more what it was.
            ValueError: The same.
        """
        held = self._held[subject]
        rows: list[Json] = []
        for number, span in enumerate(held.covered.found):
            data = self._piece(held, span, f"found/{number}")
            # Rows are as deep as we write them; what hides a deeper one among them is looked at closely.
            rows += _strictly(data, _DEEP + 1)
        return rows, held.covered.left_out

    def matching(self, subject: str, wanted: MessageFilter) -> Sequence[int]:
        """Return the places among the entries of an export of those that are asked for, in ascending order.

        Raises:
            DamagedError: The file is not any more what it was.
            ValueError: The same.
        """
        key = (subject, wanted.conversation, wanted.sender, wanted.since, wanted.until, wanted.search)
        if self._matches is not None and self._matches[0] == key:
            wanted.undated = self._matches[2]
            return self._matches[1]
        held = self._held[subject]
        places: Sequence[int]
        if wanted.everything and (wanted.conversation is None or (held.covered.alone and wanted.conversation == 0)):
            places = range(held.count)
        else:
            places = [
                held.starts[number] + place
                for number in range(len(held.covered.blocks))
                for place in self._in_block(held, number, wanted)
            ]
        self._matches = key, places, wanted.undated
        return places

    def _in_block(self, held: _Held, number: int, wanted: MessageFilter) -> Iterator[int]:
        block = held.covered.blocks[number]
        among: Iterator[int] = iter(range(block.count))
        if wanted.search is not None:
            words = self._piece(held, block.words, f"{number}/words")
            hits = _hits(words, wanted.search.encode("utf-8", "replace"))
            if not hits:
                return
            among = iter(hits)
        columns = self._columns(held, number)
        senders = _from(columns, wanted.sender)
        for place in among:
            if wanted.conversation is not None and columns.conversation[place] != wanted.conversation:
                continue
            if not columns.message[place]:
                if wanted.everything:
                    yield place
            elif (senders is None or columns.sender[place] in senders) and wanted.is_then(columns.times[place]):
                yield place

    def _columns(self, held: _Held, number: int) -> IndexColumns:
        block = held.covered.blocks[number]
        columns = msgspec.json.decode(self._piece(held, block.columns, f"{number}/columns"), type=IndexColumns)
        lists = (columns.conversation, columns.message, columns.sender, columns.times)
        if any(len(each) != block.count for each in lists):
            raise ValueError("columns of different length")
        return columns

    def entries(self, subject: str, item: str, places: Sequence[int]) -> Iterator[dict[str, Json]]:
        """Yield the entries at some places, as `evidence_kit.chats.worker:export_entries` tells them.

        Args:
            subject: Key of the export, as `about` tells it.
            item: Id of the item, for the locators.
            places: Numbers of the entries in the order of the export, ascending.

        Raises:
            DamagedError: The file is not any more what it was.
            ValueError: The same.
        """
        held = self._held[subject]
        at = 0
        while at < len(places):
            number = bisect_right(held.starts, places[at]) - 1
            lines, columns = self._lines(held, number)
            first, end = held.starts[number], held.starts[number + 1]
            some = []
            while at < len(places) and places[at] < end:
                some.append(places[at] - first)
                at += 1
            for place, line in zip(some, _decoded([lines[place] for place in some]), strict=True):
                yield entry_as_told(line, item, columns.conversation[place])

    def _lines(self, held: _Held, number: int) -> tuple[list[bytes], IndexColumns]:
        if held.open_block is None or held.open_block[0] != number:
            block = held.covered.blocks[number]
            lines = self._piece(held, block.entries, f"{number}/entries").split(b"\n")
            if len(lines) != block.count:
                raise ValueError("not as many entries as there were")
            held.open_block = (number, lines, self._columns(held, number))
        return held.open_block[1:]

    def build(
        self,
        wanted: Sequence[UnpackedExport],
        ask: Callable[[UnpackedExport, int], Mapping[str, Json]],
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Pack exports into a new file, which is there in one step or not at all; one that cannot be read is left out.

        Args:
            wanted: The exports.
            ask: Returns a page of what `PACK` says of one, from an offset on.
            on_bytes: Told how many more bytes of them were read.

        Raises:
            OSError: The disk failed; nothing is kept.
        """
        RealDisk().make_folder(self._folder)
        path = self._folder / f"{os.urandom(16).hex()}{_ENDING}"
        draft = path.with_suffix(".draft")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            with open(patiently(lambda: os.open(draft, flags, 0o600)), "wb") as sink:  # noqa: PTH123 - made with its mode
                covered = []
                for each in wanted:
                    with contextlib.suppress(ChatNotReadError, ItemDamagedError):
                        covered.append(self._packed(sink, each, ask, on_bytes))
                directory = zlib.compress(msgspec.json.encode(IndexDirectory(covered)), 1)
                span = self._sealed(sink, f"{INDEX_FORM}/directory", directory)
                sink.write(_TRAILER.pack(span.offset, span.size))
            patiently(lambda: draft.replace(path))
        except BaseException:
            _discard(draft)
            raise
        self._open(path)

    def _packed(
        self,
        sink: BinaryIO,
        export: UnpackedExport,
        ask: Callable[[UnpackedExport, int], Mapping[str, Json]],
        on_bytes: Callable[[int], None],
    ) -> CoveredExport:
        subject = export.about
        packed: list[BlockPlace] = []
        found: list[FileSpan] = []
        left_out, alone, read_bytes = 0, True, 0
        offset: int | None = 0
        while offset is not None:
            page = ask(export, offset)
            pieces, following = page.get("pieces"), page.get("next")
            for piece in pieces if isinstance(pieces, list) else ():
                if not isinstance(piece, Mapping):
                    raise ChatNotReadError("chat-not-read", item=export.item.id, reason="bad-answer")
                if (rows := piece.get("found")) is not None:
                    found.append(self._sealed(sink, f"{subject}/found/{len(found)}", _bytes(rows, export)))
                    more = piece.get("left_out")
                    left_out = more if isinstance(more, int) else left_out
                    continue
                number, count = len(packed), piece.get("count")
                spans = [
                    self._sealed(sink, f"{subject}/{number}/{part}", _bytes(piece.get(part), export))
                    for part in ("entries", "columns", "words")
                ]
                if not isinstance(count, int) or count < 1:
                    raise ChatNotReadError("chat-not-read", item=export.item.id, reason="bad-answer")
                packed.append(BlockPlace(count, *spans))
                alone = alone and piece.get("alone") is True
                if isinstance(reached := piece.get("reached"), int) and read_bytes < reached <= export.item.size_bytes:
                    on_bytes(reached - read_bytes)
                    read_bytes = reached
            offset = following if isinstance(following, int) and following > offset else None
        on_bytes(export.item.size_bytes - read_bytes)
        return CoveredExport(subject, packed, found, left_out, alone)

    def _sealed(self, sink: BinaryIO, subject: str, data: bytes) -> FileSpan:
        offset, sealed = sink.tell(), self._box.seal(subject, data, os.urandom(NONCE_BYTES))
        sink.write(sealed)
        return FileSpan(offset, len(sealed))


def _hits(words: bytes, needle: bytes) -> list[int]:
    """Return the numbers of the entries whose texts hold the words."""
    hits: list[int] = []
    number = behind = 0
    at = words.find(needle)
    while at >= 0:
        number += words.count(_END, behind, at)
        hits.append(number)
        # The next one of the same entry says nothing new.
        end = words.find(_END, at)
        if end < 0:
            break
        number, behind = number + 1, end + 1
        at = words.find(needle, behind)
    return hits


def _from(columns: IndexColumns, sender: str | None) -> set[int] | None:
    """Return the numbers of the wanted senders; None where all are."""
    return None if sender is None else {number for number, names in enumerate(columns.senders) if sender in names}


def _decoded(lines: Sequence[bytes]) -> list[dict[str, Json]]:
    told = _strictly(b"[" + b",".join(lines) + b"]", max((_brackets(line) for line in lines), default=0))
    if len(told) != len(lines) or not all(isinstance(each, dict) for each in told):
        raise ValueError("entries of another shape")
    return told


def _strictly(data: bytes, brackets: int) -> list[Any]:
    """Return a JSON array that a worker wrote, under the rules for its answers.

    Args:
        data: The array.
        brackets: How many brackets open in each of its elements at most: none is nested more deeply than that.

    Raises:
        ValueError: It breaks them.
    """
    try:
        told: list[Any] = _DECODER.decode(data)
        # With all digits alike two searches for bytes do what a pattern does in a hundred times the time.
        digits = data.translate(_DIGITS)
        if brackets > _DEEP or any(each in digits for each in _DOUBTFUL):
            check_value(told)
    except (msgspec.MsgspecError, ProtocolError, RecursionError) as error:
        raise ValueError("not as a worker writes") from error
    return told


def _brackets(line: bytes) -> int:
    return line.count(b"{") + line.count(b"[")


def _refuse(_number: str) -> NoReturn:
    raise ValueError("a number with a fraction")


_DECODER = msgspec.json.Decoder(list, float_hook=_refuse)


def _bytes(value: Json, export: UnpackedExport) -> bytes:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return base64.b64decode(value, validate=True)
    raise ChatNotReadError("chat-not-read", item=export.item.id, reason="bad-answer")


def _discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        patiently(path.unlink)
